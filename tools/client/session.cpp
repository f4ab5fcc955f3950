#include "client/session.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "client/web_socket.hpp"

namespace banter::client {
namespace {

namespace asio = boost::asio;

constexpr auto closing_time = std::chrono::seconds(2);

base::Steady steady_now() {
    return std::chrono::steady_clock::now();
}

// When the token expires, on this machine's steady clock.
std::optional<base::Steady> steady_expiry(const Tokens& tokens) {
    if (tokens.expires_at == base::Timestamp{}) return std::nullopt;
    const auto left = tokens.expires_at - std::chrono::system_clock::now();
    return steady_now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(left);
}

}  // namespace

class Session::Loop {
public:
    Loop(Options options, TokenKeeper& tokens, ports::Random& random, Handler handler)
        : options_(std::move(options)),
          tokens_(tokens),
          random_(random),
          handler_(std::move(handler)),
          machine_(options_.protocol, random) {}

    void start() {
        post([this] {
            if (const auto tokens = tokens_.current()) {
                machine_.on_tokens(steady_now(), tokens->access, steady_expiry(*tokens));
            }
            machine_.start(steady_now());
        });
        thread_ = std::thread([this] { run(); });
    }

    void stop() {
        if (!thread_.joinable()) return;
        post([this] { machine_.stop(steady_now()); });
        asio::post(io_, [this] {
            timer_.cancel();
            io_.stop();
        });
        thread_.join();
    }

    // Runs `work` on the loop's thread, then does what the machine asks for.
    template <class Work>
    void post(Work work) {
        asio::post(io_, [this, work = std::move(work)]() mutable {
            work();
            settle();
        });
    }

    ports::Random& random() { return random_; }
    ProtocolMachine& machine() { return machine_; }

private:
    void run() {
        const auto guard = asio::make_work_guard(io_);
        io_.run();
        // Stopped: the close handshake may still take place.
        io_.restart();
        const auto until = steady_now() + closing_time;
        while (!socket_closed_.expired() && steady_now() < until && io_.run_one_until(until) > 0) {
        }
    }

    void settle() {
        while (true) {
            const auto actions = machine_.take_actions();
            if (actions.empty()) break;
            for (const auto& action : actions) {
                std::visit([this](const auto& given) { perform(given); }, action);
            }
        }
        arm_timer();
    }

    void arm_timer() {
        const auto deadline = machine_.next_deadline();
        if (!deadline) {
            timer_.cancel();
            return;
        }
        timer_.expires_at(*deadline);
        timer_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            machine_.on_time(steady_now());
            settle();
        });
    }

    void perform(const Notify& notify) { handler_(notify.event); }

    void perform(const Write& write) {
        if (socket_) socket_->write(write.frame);
    }

    void perform(const Refresh& refresh) {
        const auto tokens = tokens_.refresh(refresh.spent_access_token);
        if (tokens) {
            machine_.on_tokens(steady_now(), tokens->access, steady_expiry(*tokens));
        } else {
            machine_.on_refresh_failed(steady_now(), tokens.error());
        }
    }

    void perform(const Disconnect& disconnect) {
        if (!socket_) return;
        socket_->close(static_cast<std::uint16_t>(disconnect.code));
        socket_.reset();
    }

    void perform(const Connect&) {
        WebSocket::Handlers handlers;
        handlers.opened = [this] {
            machine_.on_open(steady_now());
            settle();
        };
        handlers.failed = [this](int status, const std::string& reason) {
            socket_.reset();
            machine_.on_connect_failed(steady_now(), status, reason);
            settle();
        };
        handlers.text = [this](std::string_view frame) {
            machine_.on_frame(steady_now(), frame);
            settle();
        };
        handlers.closed = [this](std::uint16_t code, const std::string& reason) {
            socket_.reset();
            machine_.on_closed(steady_now(), code, reason);
            settle();
        };
        socket_ =
            open_web_socket(io_, options_.server, options_.connect_deadline, std::move(handlers));
        socket_closed_ = socket_;
    }

    Options options_;
    TokenKeeper& tokens_;
    ports::Random& random_;
    Handler handler_;
    asio::io_context io_{1};
    asio::steady_timer timer_{io_};
    ProtocolMachine machine_;
    std::shared_ptr<WebSocket> socket_;
    std::weak_ptr<WebSocket> socket_closed_;  // expired: nothing is left to do
    std::thread thread_;
};

Session::Session(Options options, TokenKeeper& tokens, ports::Random& random, Handler handler)
    : loop_(std::make_unique<Loop>(std::move(options), tokens, random, std::move(handler))) {}

Session::~Session() {
    stop();
}

void Session::start() {
    loop_->start();
}
void Session::stop() {
    loop_->stop();
}

domain::ClientId Session::send(const domain::ChatId& chat, domain::Content content) {
    const domain::ClientId id{loop_->random().uuid()};
    loop_->post([loop = loop_.get(), id, chat, content = std::move(content)]() mutable {
        loop->machine().send(steady_now(), id, chat, std::move(content));
    });
    return id;
}

domain::ClientId Session::send_text(const domain::ChatId& chat, std::string text) {
    domain::Content content;
    content.text = std::move(text);
    return send(chat, std::move(content));
}

void Session::received(const domain::ChatId& chat, domain::Seq seq) {
    loop_->post(
        [loop = loop_.get(), chat, seq] { loop->machine().received(steady_now(), chat, seq); });
}

void Session::read(const domain::ChatId& chat, domain::Seq seq) {
    loop_->post([loop = loop_.get(), chat, seq] { loop->machine().read(steady_now(), chat, seq); });
}

void Session::typing(const domain::ChatId& chat, bool on) {
    loop_->post([loop = loop_.get(), chat, on] { loop->machine().typing(steady_now(), chat, on); });
}

void Session::keep_draft(const domain::ChatId& chat, std::string text) {
    loop_->post([loop = loop_.get(), chat, text = std::move(text)]() mutable {
        loop->machine().keep_draft(steady_now(), chat, std::move(text));
    });
}

void Session::watch(std::vector<domain::UserId> users) {
    loop_->post([loop = loop_.get(), users = std::move(users)]() mutable {
        loop->machine().watch(steady_now(), std::move(users));
    });
}

void Session::unwatch(std::vector<domain::UserId> users) {
    loop_->post([loop = loop_.get(), users = std::move(users)]() mutable {
        loop->machine().unwatch(steady_now(), std::move(users));
    });
}

void Session::reconnect_now() {
    loop_->post([loop = loop_.get()] { loop->machine().reconnect_now(steady_now()); });
}

}  // namespace banter::client
