#include "load/bench/banter_driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <stdexcept>

#include "load/bench/idle_connections.hpp"
#include "load/client_frames.hpp"
#include "load/json_scan.hpp"

namespace banter::load {
namespace {

constexpr std::size_t number_digits = 16;  // of a message's number, at the start of its text
constexpr std::size_t connecting_at_once = 128;
constexpr Seq own_acknowledgement_every = 32;
constexpr auto heartbeat = std::chrono::seconds(20);

std::uint64_t number_in(std::string_view raw_text) {
    std::uint64_t number = 0;
    if (raw_text.size() > number_digits) {
        std::from_chars(raw_text.data() + 1, raw_text.data() + 1 + number_digits, number, 16);
    }
    return number;
}

}  // namespace

class BanterDriver::Session : WebSocketClient::Listener {
public:
    Session(BanterDriver& driver, std::size_t pair, bool sender, Account& account)
        : driver_(driver), pair_(pair), sender_(sender), account_(account),
          socket_(driver.loop_, *this) {}

    void connect() { socket_.connect(driver_.address_); }
    bool synced() const { return synced_; }
    Account& account() { return account_; }
    void send(std::string_view frame) { socket_.send(frame); }

private:
    void on_open() override { socket_.send(hello_frame(account_.access_token)); }
    void on_text(std::string_view text) override {
        const Frame frame = read_frame(text);
        if (frame.type == "synced") synced_ = true;
        const std::size_t bytes = wire_size(text.size(), false);
        if (sender_) {
            driver_.on_sender_frame(pair_, frame, bytes, text);
        } else {
            driver_.on_recipient_frame(pair_, frame, bytes);
        }
    }
    void on_closed(const std::string& why) override { driver_.on_closed(why); }

    BanterDriver& driver_;
    std::size_t pair_;
    bool sender_;
    Account& account_;
    WebSocketClient socket_;
    bool synced_ = false;
};

struct BanterDriver::Pair {
    Pair(BanterDriver& driver, std::size_t number, Account& from, Account& to)
        : sender(driver, number, true, from), recipient(driver, number, false, to) {}

    std::string chat;
    Session sender;
    Session recipient;
    Seq sent = 0;       // the last one told to the sender
    Seq delivered = 0;  // the last one that reached the recipient
};

BanterDriver::BanterDriver(EventLoop& loop, HttpClient& http, Address address, Setup setup)
    : loop_(loop),
      http_(http),
      address_(std::move(address)),
      setup_(std::move(setup)),
      accounts_(loop, http),
      run_(Random(std::random_device{}()).next()),
      filler_(std::max(setup_.text_bytes, number_digits) - number_digits, '.') {}

BanterDriver::~BanterDriver() = default;

void BanterDriver::prepare(Progress& progress) {
    sign_in(progress);
    open_chats(progress);
    connect(progress);
    keep_alive();
}

void BanterDriver::sign_in(Progress& progress) {
    std::vector<Account*> accounts;
    for (std::size_t i = 0; i < 2 * setup_.pairs; ++i) {
        auto& account = users_.emplace_back();
        account.username = username_of(setup_.prefix, i);
        account.display_name = account.username;
        accounts.push_back(&account);
    }
    accounts_.sign_in(accounts, progress);
    for (std::size_t i = 0; i < setup_.pairs; ++i) {
        pairs_.push_back(std::make_unique<Pair>(*this, i, users_[2 * i], users_[2 * i + 1]));
    }
}

void BanterDriver::open_chats(Progress& progress) {
    progress.begin("Opening chats", pairs_.size());
    std::size_t opened = 0;
    for (auto& pair : pairs_) {
        HttpRequest request{"POST", "/v1/chats", pair->sender.account().access_token,
                            fmt::format(R"({{"type":"direct","user":"{}"}})",
                                        pair->recipient.account().user)};
        http_.request(std::move(request), [&, chat = &pair->chat](const HttpResponse& response) {
            *chat = plain_string(member(response.body, "chat"));
            if (chat->empty()) failure_ = "no chat: " + response.body;
            progress.update(++opened);
        });
    }
    loop_.run_until([&] { return opened == pairs_.size(); });
    if (!failure_.empty()) throw std::runtime_error(failure_);
    progress.finish();
}

void BanterDriver::connect(Progress& progress) {
    std::vector<Session*> sessions;
    for (auto& pair : pairs_) {
        sessions.push_back(&pair->sender);
        sessions.push_back(&pair->recipient);
    }
    progress.begin("Connecting", sessions.size());
    std::size_t begun = 0;
    loop_.run_until([&] {
        const auto synced = static_cast<std::size_t>(std::ranges::count_if(
            sessions.begin(), sessions.begin() + static_cast<std::ptrdiff_t>(begun),
            [](const Session* session) { return session->synced(); }));
        while (begun < sessions.size() && begun - synced < connecting_at_once) {
            sessions[begun++]->connect();
        }
        progress.update(synced);
        return synced == sessions.size() || !failure_.empty();
    });
    if (!failure_.empty()) throw std::runtime_error(failure_);
    progress.finish();
}

void BanterDriver::keep_alive() {
    loop_.after(heartbeat, [this] {
        for (auto& pair : pairs_) {
            pair->sender.send(ping_frame());
            pair->recipient.send(ping_frame());
        }
        keep_alive();
    });
}

void BanterDriver::send(std::size_t pair, std::uint64_t message) {
    const std::string frame = send_frame(client_id_of(run_, message), pairs_[pair]->chat,
                                         fmt::format("{:016x}{}", message, filler_));
    sizes_.send = wire_size(frame.size(), true);
    pairs_[pair]->sender.send(frame);
}

void BanterDriver::on_sender_frame(std::size_t number, const Frame& frame, std::size_t bytes,
                                   std::string_view raw) {
    auto& pair = *pairs_[number];
    if (arrivals_ == nullptr || frame.chat != pair.chat) {
        if (arrivals_ == nullptr || frame.type != "error") return;
        const auto message = index_of_client_id(frame.client_id);
        if (frame.client_id.empty()) return arrivals_->failed(std::string(raw));
        return arrivals_->refused(number, message, std::string(raw));
    }
    if (frame.type == "sent") {
        if (pair.sent != 0 && frame.seq != pair.sent + 1) arrivals_->out_of_order();
        pair.sent = frame.seq;
        sizes_.sent = bytes;
        if (frame.seq % own_acknowledgement_every == 0) {
            pair.sender.send(received_frame(pair.chat, frame.seq));
        }
        arrivals_->acked(number, index_of_client_id(frame.client_id));
    } else if (frame.type == "receipt" && frame.delivered > 0) {
        sizes_.receipt = bytes;
        arrivals_->receipted(number, frame.delivered);
    }
}

void BanterDriver::on_recipient_frame(std::size_t number, const Frame& frame, std::size_t bytes) {
    auto& pair = *pairs_[number];
    if (frame.type != "message" || frame.chat != pair.chat) return;
    if (pair.delivered != 0 && frame.seq != pair.delivered + 1 && arrivals_ != nullptr) {
        arrivals_->out_of_order();
    }
    pair.delivered = frame.seq;
    sizes_.message = bytes;
    const std::string answer = received_frame(pair.chat, frame.seq);
    sizes_.received = wire_size(answer.size(), true);
    pair.recipient.send(answer);
    if (arrivals_ != nullptr) arrivals_->delivered(number, number_in(frame.text), frame.seq);
}

void BanterDriver::on_closed(const std::string& why) {
    failure_ = "a connection ended: " + why;
    if (arrivals_ != nullptr) arrivals_->failed(failure_);
}

std::unique_ptr<BanterDriver::IdleConnections> BanterDriver::open_idle(std::size_t count,
                                                                       Progress& progress) {
    auto idle = std::make_unique<IdleConnections>(loop_, address_);
    idle->open(count, users_, progress);
    return idle;
}

}  // namespace banter::load
