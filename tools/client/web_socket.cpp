#include "client/web_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>

#include "client/tls.hpp"

namespace banter::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;
using beast::error_code;

using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;

// A text of 64 KiB whose every byte needs an escape of six makes the largest frame.
constexpr std::size_t max_frame_bytes = 1UL << 20;

void prepare(websocket::request_type& request) {
    request.set(beast::http::field::user_agent, "banter-client");
    request.set(beast::http::field::sec_websocket_protocol, "banter.v1.json");
}

template <class Stream>
class Socket final : public WebSocket, public std::enable_shared_from_this<Socket<Stream>> {
public:
    template <class... Arguments>
    Socket(asio::io_context& io, ServerAddress address, std::chrono::milliseconds deadline,
           Handlers handlers, Arguments&&... arguments)
        : address_(std::move(address)),
          deadline_(deadline),
          handlers_(std::move(handlers)),
          resolver_(io),
          stream_(io, std::forward<Arguments>(arguments)...) {}

    void start() {
        resolver_.async_resolve(address_.host, address_.port,
                                [self = this->shared_from_this()](error_code error, auto found) {
                                    if (!self->check(error)) return;
                                    self->connect(std::move(found));
                                });
    }

    void write(std::string frame) override {
        frames_.push_back(std::move(frame));
        if (open_ && !writing_) write_next();
    }

    void close(std::uint16_t code) override {
        quiet_ = true;
        closing_ = true;
        close_code_ = code;
        if (!open_) {
            resolver_.cancel();
            beast::get_lowest_layer(stream_).close();
        } else if (!writing_) {
            say_goodbye();
        }
    }

private:
    // False when the attempt to connect has ended, after telling why.
    bool check(error_code error, int status = 0) {
        if (quiet_) return false;
        if (!error) return true;
        quiet_ = true;
        beast::get_lowest_layer(stream_).close();
        auto reason = "Cannot connect to " + address_.url() + ": " + error.message();
        if (status != 0) reason += " (HTTP status " + std::to_string(status) + ")";
        handlers_.failed(status, std::move(reason));
        return false;
    }

    void connect(tcp::resolver::results_type endpoints) {
        auto& tcp_stream = beast::get_lowest_layer(stream_);
        tcp_stream.expires_after(deadline_);
        tcp_stream.async_connect(endpoints,
                                 [self = this->shared_from_this()](error_code error, const auto&) {
                                     if (!self->check(error)) return;
                                     error_code ignored;
                                     beast::get_lowest_layer(self->stream_)
                                         .socket()
                                         .set_option(tcp::no_delay(true), ignored);
                                     self->secure();
                                 });
    }

    void secure() {
        if constexpr (std::is_same_v<Stream, Secure>) {
            auto& tls = stream_.next_layer();
            if (!check(prepare_tls(tls.native_handle(), address_.host))) return;
            beast::get_lowest_layer(stream_).expires_after(deadline_);
            tls.async_handshake(asio::ssl::stream_base::client,
                                [self = this->shared_from_this()](error_code error) {
                                    if (self->check(error)) self->upgrade();
                                });
        } else {
            upgrade();
        }
    }

    void upgrade() {
        beast::get_lowest_layer(stream_).expires_never();
        stream_.set_option(
            websocket::stream_base::timeout{deadline_, websocket::stream_base::none(), false});
        stream_.set_option(websocket::stream_base::decorator(prepare));
        stream_.read_message_max(max_frame_bytes);
        stream_.auto_fragment(false);
        stream_.text(true);
        stream_.async_handshake(
            response_, address_.authority(), address_.base_path + "/v1/ws",
            [self = this->shared_from_this()](error_code error) { self->on_upgraded(error); });
    }

    void on_upgraded(error_code error) {
        const bool declined = error == websocket::error::upgrade_declined;
        if (!check(error, declined ? static_cast<int>(response_.result_int()) : 0)) return;
        open_ = true;
        read_next();
        handlers_.opened();
    }

    void read_next() {
        stream_.async_read(
            buffer_, [self = this->shared_from_this()](error_code error, std::size_t) {
                if (error) {
                    self->on_lost(error);
                    return;
                }
                const auto bytes = self->buffer_.cdata();
                if (!self->quiet_) {
                    self->handlers_.text({static_cast<const char*>(bytes.data()), bytes.size()});
                }
                self->buffer_.clear();
                self->read_next();
            });
    }

    void write_next() {
        writing_ = true;
        stream_.async_write(asio::buffer(frames_.front()),
                            [self = this->shared_from_this()](error_code error, std::size_t) {
                                self->on_written(error);
                            });
    }

    void on_written(error_code error) {
        writing_ = false;
        frames_.pop_front();
        if (error) {
            on_lost(error);
        } else if (!frames_.empty()) {
            write_next();
        } else if (closing_) {
            say_goodbye();
        }
    }

    void say_goodbye() {
        stream_.async_close(websocket::close_reason(close_code_),
                            [self = this->shared_from_this()](error_code) {});
    }

    void on_lost(error_code error) {
        if (quiet_) return;
        quiet_ = true;
        const auto& reason = stream_.reason();
        const auto said = std::string(reason.reason.data(), reason.reason.size());
        // While a failed write waits for the reader, or the other way round.
        beast::get_lowest_layer(stream_).close();
        const bool with_frame = error == websocket::error::closed;
        handlers_.closed(with_frame ? reason.code : 0,
                         with_frame ? said : "The connection broke: " + error.message());
    }

    ServerAddress address_;
    std::chrono::milliseconds deadline_;
    Handlers handlers_;
    tcp::resolver resolver_;
    websocket::stream<Stream> stream_;
    websocket::response_type response_;
    beast::flat_buffer buffer_;
    std::deque<std::string> frames_;
    bool open_ = false;
    bool writing_ = false;
    bool quiet_ = false;
    bool closing_ = false;
    std::uint16_t close_code_ = 0;
};

}  // namespace

std::shared_ptr<WebSocket> open_web_socket(asio::io_context& io, const ServerAddress& address,
                                           std::chrono::milliseconds deadline,
                                           WebSocket::Handlers handlers) {
    if (address.tls) {
        auto socket = std::make_shared<Socket<Secure>>(io, address, deadline, std::move(handlers),
                                                       tls_context());
        socket->start();
        return socket;
    }
    auto socket = std::make_shared<Socket<Plain>>(io, address, deadline, std::move(handlers));
    socket->start();
    return socket;
}

}  // namespace banter::client
