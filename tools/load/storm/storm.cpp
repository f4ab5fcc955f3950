#include "load/storm/storm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "load/bench/metrics_page.hpp"
#include "load/client_frames.hpp"
#include "load/frame.hpp"
#include "load/json_scan.hpp"
#include "protocol/json_writer.hpp"

namespace banter::load {
namespace {

constexpr std::size_t http_connections = 32;
constexpr std::size_t connecting_at_once = 64;
constexpr auto patience = std::chrono::seconds(30);

}  // namespace

class Storm::Member : WebSocketClient::Listener {
public:
    Member(Storm& storm, std::size_t number, Account& account)
        : storm_(storm), number_(number), account_(account), socket_(storm.loop_, *this) {}

    void connect() { socket_.connect(storm_.address_); }
    bool synced() const { return synced_; }
    void send(std::string_view frame) { socket_.send(frame); }

private:
    void on_open() override { socket_.send(hello_frame(account_.access_token)); }
    void on_text(std::string_view text) override {
        const Frame frame = read_frame(text);
        if (frame.type == "synced") synced_ = true;
        if (frame.type == "error") storm_.failed("an error: " + std::string(text));
        if (frame.type == "message" && storm_.tally_ == nullptr) {
            socket_.send(received_frame(frame.chat, frame.seq));
        }
        if (storm_.tally_ == nullptr || frame.chat != storm_.chat_) return;
        if (number_ == 0) {
            on_sender_frame(frame, text.size());
        } else if (frame.type == "message") {
            on_message(frame, text.size());
        }
    }
    void on_closed(const std::string& why) override {
        storm_.failed("a connection ended: " + why);
    }

    void on_sender_frame(const Frame& frame, std::size_t bytes) {
        if (frame.type == "sent") storm_.tally_->acked(frame.seq, Clock::now());
        if (frame.type != "receipt") return;
        storm_.receipt_bytes_ += wire_size(bytes, false);
        storm_.tally_->told(std::string(frame.user), frame.delivered, frame.read, Clock::now());
    }

    void on_message(const Frame& frame, std::size_t bytes) {
        storm_.message_bytes_ += wire_size(bytes, false);
        if (!storm_.tally_->delivered(number_ - 1, frame.seq, Clock::now())) return;
        socket_.send(received_frame(frame.chat, frame.seq));
        socket_.send(read_mark_frame(frame.chat, frame.seq));
        storm_.acknowledgements_ += 2;
    }

    Storm& storm_;
    std::size_t number_;
    Account& account_;
    WebSocketClient socket_;
    bool synced_ = false;
};

Storm::Storm(StormOptions options)
    : options_(std::move(options)),
      address_(parse_address(options_.server)),
      http_(loop_, address_, http_connections),
      server_(options_.server_pid),
      accounts_(loop_, http_),
      run_id_(std::random_device{}()) {
    if (options_.prefix.empty()) options_.prefix = fmt::format("s{:08x}", std::random_device{}());
    if (!options_.admin.empty()) {
        admin_ = std::make_unique<HttpClient>(loop_, parse_address(options_.admin), 1);
    }
    raise_connection_limit();
    if (options_.core >= 0) pin_to_core(options_.core);
}

Storm::~Storm() = default;

bool Storm::run() {
    std::vector<Account*> accounts;
    for (std::size_t i = 0; i < options_.members; ++i) {
        auto& account = users_.emplace_back();
        account.username = username_of(options_.prefix, i);
        account.display_name = account.username;
        accounts.push_back(&account);
    }
    accounts_.sign_in(accounts, progress_);
    make_group();
    connect();
    // The seq of the group's first event is 1; nobody else says anything in it.
    tally_ = std::make_unique<StormTally>(options_.members - 1, options_.messages, 1);
    const auto before = read_counts();
    server_cpu_ = server_.cpu_time().value_or(nanoseconds(0));
    generator_cpu_ = own_cpu_time();
    const auto start = Clock::now();
    send_all();
    const double seconds = seconds_of(Clock::now() - start);
    generator_cpu_ = own_cpu_time() - generator_cpu_;
    server_cpu_ = server_.cpu_time().value_or(nanoseconds(0)) - server_cpu_;
    const auto after = read_counts();
    counts_ = {after.commits - before.commits, after.syncs - before.syncs,
               after.receipt_rows - before.receipt_rows,
               after.frames_received - before.frames_received};
    if (!failure_.empty() || !tally_->complete() || tally_->faults() > 0) {
        fmt::print(stderr, "The storm failed: {}; {} faults, {} of {} messages delivered\n",
                   failure_.empty() ? "not everything was told in time" : failure_,
                   tally_->faults(), tally_->deliveries(),
                   tally_->readers() * tally_->messages());
        return false;
    }
    print(seconds);
    return tally_->receipts() <= allowed_receipts(seconds);
}

void Storm::make_group() {
    std::string body;
    {
        protocol::JsonObject object(body);
        object.text("type", "group").text("title", "storm");
        protocol::append_json_array(object.open("members"), users_,
                                    [](std::string& out, const Account& account) {
                                        protocol::append_json_string(out, account.user);
                                    });
    }
    const auto answer =
        http_.request_and_wait({"POST", "/v1/chats", users_.front().access_token, body});
    chat_ = plain_string(member(answer.body, "chat"));
    if (chat_.empty()) throw std::runtime_error("The group was not made: " + answer.body);
}

void Storm::connect() {
    for (std::size_t i = 0; i < users_.size(); ++i) {
        members_.push_back(std::make_unique<Member>(*this, i, users_[i]));
    }
    progress_.begin("Connecting", members_.size());
    std::size_t begun = 0;
    loop_.run_until([&] {
        const auto synced = static_cast<std::size_t>(std::ranges::count_if(
            members_, [](const auto& member) { return member->synced(); }));
        while (begun < members_.size() && begun - synced < connecting_at_once) {
            members_[begun++]->connect();
        }
        progress_.update(synced);
        return synced == members_.size() || !failure_.empty();
    });
    if (!failure_.empty()) throw std::runtime_error(failure_);
    progress_.finish();
}

// Message k is meant for start + k / rate, whatever the server does.
void Storm::send_all() {
    progress_.begin("Storming", options_.messages);
    const auto start = Clock::now();
    for (std::size_t k = 0; k < options_.messages; ++k) {
        const auto at = start + of_seconds(static_cast<double>(k) / options_.rate);
        tally_->meant(k, at);
        loop_.at(at, [this, k] {
            if (!failure_.empty()) return;
            members_.front()->send(send_frame(client_id_of(run_id_, k), chat_, "storm"));
            progress_.update(k);
        });
    }
    const auto deadline =
        start + of_seconds(static_cast<double>(options_.messages) / options_.rate) + patience;
    while (!tally_->complete() && failure_.empty() && Clock::now() < deadline) {
        loop_.turn(deadline);
    }
    progress_.finish();
}

Storm::Counts Storm::read_counts() {
    if (!admin_) return {};
    const auto page = admin_->request_and_wait({"GET", "/metrics", "", ""}).body;
    return {metric_sum(page, "banter_commit_batches_total"),
            metric_sum(page, "banter_commit_syncs_total"),
            metric_sum(page, "banter_receipt_rows_committed_total"),
            metric_sum(page, "banter_frames_received_total")};
}

// One for each member and tick, one more at each end for a tick that is cut off, and one for the
// first of a tick that is told at once.
std::uint64_t Storm::allowed_receipts(double seconds) const {
    if (options_.tick_ms <= 0) return acknowledgements_;
    const auto ticks = static_cast<std::uint64_t>(std::ceil(seconds * 1000 / options_.tick_ms));
    return tally_->readers() * (ticks + 3);
}

void Storm::print(double seconds) const {
    const auto& tally = *tally_;
    const auto messages = static_cast<double>(tally.messages());
    Table table;
    table.section("Storm");
    table.row("group", fmt::format("{} members, all online; each receives and reads every message",
                                   options_.members));
    table.row("messages", fmt::format("{} at {:.0f}/s, all read after {:.1f} s", tally.messages(),
                                      options_.rate, seconds));
    table.section("Frames");
    table.row("acknowledgements to the server", acknowledgements_);
    table.row("receipts to the sender",
              fmt::format("{} ({:.1f} % of the acknowledgements; {} allowed by the tick)",
                          with_separators(tally.receipts()),
                          100 * static_cast<double>(tally.receipts()) /
                              static_cast<double>(acknowledgements_),
                          with_separators(allowed_receipts(seconds))));
    table.row("bytes of receipts", receipt_bytes_);
    table.row("messages to the members", tally.deliveries());
    table.row("bytes of messages", message_bytes_);
    if (admin_) {
        table.section("Writes");
        table.row("rows of cursors, marks and steps",
                  fmt::format("{:.0f} ({:.2f} for each acknowledgement)", counts_.receipt_rows,
                              counts_.receipt_rows / static_cast<double>(acknowledgements_)));
        table.row("commits", fmt::format("{:.0f} ({:.1f} a second)", counts_.commits,
                                         counts_.commits / seconds));
        table.row("fdatasyncs", fmt::format("{:.0f}", counts_.syncs));
    }
    table.section("Cost");
    if (server_cpu_.count() > 0) {
        const double us = seconds_of(server_cpu_) * 1e6;
        table.row("server CPU for each message, with its acknowledgements",
                  fmt::format("{:.1f} ms", us / messages / 1000));
        table.row("server CPU for each delivery",
                  fmt::format("{:.1f} µs", us / static_cast<double>(tally.deliveries())));
        table.row("server CPU", fmt::format("{:.0f} % of a core",
                                            100 * seconds_of(server_cpu_) / seconds));
    }
    table.row("generator CPU",
              fmt::format("{:.0f} % of a core", 100 * seconds_of(generator_cpu_) / seconds));
    table.section("Latency from the intended send time: p50 · p99 · p999 · max");
    table.row("ack (durable)", format_quantiles(tally.ack()));
    table.row("delivery", format_quantiles(tally.delivery()));
    table.row("the sender knows that all have read it", format_quantiles(tally.read_by_all()));
    fmt::print("{}", options_.markdown ? table.markdown() : table.text());
}

}  // namespace banter::load
