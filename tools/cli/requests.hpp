#pragma once

#include <utility>

#include "cli/mailbox.hpp"
#include "cli/worker.hpp"
#include "client/http_client.hpp"

namespace banter::cli {

// Calls to the server, one after the other on a thread of their own; each answer comes back
// through the mailbox. Belongs to the thread that runs the mailbox.
class Requests {
public:
    Requests(client::ServerAddress server, client::TokenKeeper& tokens, Mailbox& mailbox)
        : mailbox_(mailbox), http_(std::move(server), tokens) {}

    // Runs `request(HttpClient&)` on the worker, then `done(result)` here.
    template <class Request, class Done>
    void ask(Request request, Done done) {
        ++under_way_;
        worker_.post([this, request = std::move(request), done = std::move(done)]() mutable {
            auto result = request(http_);
            mailbox_.post([this, done = std::move(done), result = std::move(result)]() mutable {
                --under_way_;
                done(std::move(result));
            });
        });
    }

    // Some are without their answer.
    bool is_busy() const { return under_way_ > 0; }
    // The call under way fails, those that wait are dropped.
    void stop() {
        http_.cancel();
        worker_.stop();
    }

private:
    Mailbox& mailbox_;
    client::HttpClient http_;
    std::size_t under_way_ = 0;
    Worker worker_;
};

}  // namespace banter::cli
