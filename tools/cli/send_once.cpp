#include <poll.h>

#include <cstdio>

#include "cli/front_end.hpp"
#include "cli/lookup.hpp"
#include "client/reconnect_delay.hpp"
#include "client/system_random.hpp"

namespace banter::cli {
namespace {

using client::Error;

constexpr auto patience = std::chrono::minutes(1);

class Sender {
public:
    Sender(const ChatOptions& options, const SignedIn& account, client::TokenStore& tokens)
        : options_(options),
          keeper_(account.server, tokens),
          http_(account.server, keeper_),
          client_id_{random_.uuid()} {}

    // Every try carries the same id, so the message is sent once however often it takes.
    Ending run() {
        const auto give_up_at = std::chrono::steady_clock::now() + patience;
        while (true) {
            const auto sent = attempt();
            if (sent) {
                std::printf("sent %llu\n", static_cast<unsigned long long>(sent->seq.value));
                return {};
            }
            const auto& error = sent.error();
            const bool may_pass =
                error.kind == Error::Kind::unreachable || error.retry_after.count() > 0;
            const auto delay = std::max(delay_.next(random_), error.retry_after);
            const bool in_time = std::chrono::steady_clock::now() + delay < give_up_at;
            if (!may_pass || !in_time) {
                return {.failed = true,
                        .signed_out = error.is(base::ErrorCode::unauthorized),
                        .message = error.detail};
            }
            // A signal ends the program meanwhile, as it does everywhere here.
            ::poll(nullptr, 0, static_cast<int>(delay.count()));
        }
    }

private:
    client::Result<client::Sent> attempt() {
        if (!chat_) {
            const auto found = find_chat(http_, options_.chat);
            if (!found) return std::unexpected(found.error());
            chat_ = found->id;
        }
        domain::Content content;
        content.text = options_.send;
        return http_.send(*chat_, client_id_, content);
    }

    const ChatOptions& options_;
    client::SystemRandom random_;
    client::TokenKeeper keeper_;
    client::HttpClient http_;
    domain::ClientId client_id_;
    client::ReconnectDelay delay_{std::chrono::milliseconds(500), std::chrono::seconds(20)};
    std::optional<domain::ChatId> chat_;
};

}  // namespace

Ending run_send(const ChatOptions& options, const SignedIn& account, client::TokenStore& tokens) {
    return Sender(options, account, tokens).run();
}

}  // namespace banter::cli
