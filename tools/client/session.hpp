#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/protocol_machine.hpp"
#include "client/server_address.hpp"
#include "client/tokens.hpp"

namespace banter::client {

// A live connection to a server, kept up by a thread of its own: reconnects, refreshes tokens,
// resends. What happens arrives as Events at the handler, on that thread, in order; a message is
// acknowledged to the server after the handler has returned. The other methods are callable from
// any thread, the handler included, except stop() from the handler.
class Session {
public:
    using Handler = std::function<void(const Event&)>;

    struct Options {
        ServerAddress server;
        ProtocolMachine::Settings protocol;
        std::chrono::milliseconds connect_deadline{10'000};
    };

    // `tokens` and `random` must outlive the session.
    Session(Options options, TokenKeeper& tokens, ports::Random& random, Handler handler);
    ~Session();  // stops
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void start();
    // Acknowledges, closes the connection and joins the thread: at most 2 s, and a token refresh
    // that is under way (see TokenKeeper::cancel).
    void stop();

    // Takes the message into the outbox, whatever the state of the connection. It ends in a
    // MessageSent or a SendFailed with this id.
    domain::ClientId send(const domain::ChatId& chat, domain::Content content);
    domain::ClientId send_text(const domain::ChatId& chat, std::string text);
    // With Settings::acknowledge_automatically off.
    void received(const domain::ChatId& chat, domain::Seq seq);
    void read(const domain::ChatId& chat, domain::Seq seq);
    void typing(const domain::ChatId& chat, bool on);
    // What the user has begun to write in `chat`, for his other devices.
    void keep_draft(const domain::ChatId& chat, std::string text);
    void watch(std::vector<domain::UserId> users);
    void unwatch(std::vector<domain::UserId> users);
    void reconnect_now();

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace banter::client
