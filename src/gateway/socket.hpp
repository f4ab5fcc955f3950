#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

#include "base/task.hpp"

namespace banter::gateway {

// TCP and Unix sockets alike.
using Socket = boost::asio::generic::stream_protocol::socket;

struct IoResult {
    boost::system::error_code error;
    std::size_t bytes = 0;
};

// The completion handler of an asynchronous operation that ends with (error, bytes).
struct IoHandler {
    base::Completion<IoResult> done;
    void operator()(boost::system::error_code error, std::size_t bytes) const {
        done(IoResult{error, bytes});
    }
};

}  // namespace banter::gateway
