#include "load/fanout/fan_out.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "load/client_frames.hpp"
#include "load/frame.hpp"
#include "load/json_scan.hpp"
#include "load/table.hpp"
#include "protocol/json_writer.hpp"

namespace banter::load {
namespace {

constexpr std::size_t http_connections = 32;
constexpr auto patience = std::chrono::seconds(30);

double milliseconds_each(nanoseconds all, std::size_t count) {
    return seconds_of(all) * 1e3 / static_cast<double>(count);
}

}  // namespace

// A device that acknowledges what it gets.
class FanOut::Client : WebSocketClient::Listener {
public:
    Client(FanOut& bench, Account& account)
        : bench_(bench), account_(account), socket_(bench.loop_, *this) {
        socket_.connect(bench.address_);
        wait([this] { return synced_; }, "the backlog");
    }

    void send(std::uint64_t index, const std::string& chat, Time meant) {
        waiting_.emplace(index, meant);
        socket_.send(send_frame(client_id_of(bench_.run_id_, index), chat, "to nobody online"));
    }
    bool answered() const { return waiting_.empty(); }
    void record_acks(Histogram* acks) { acks_ = acks; }
    void close() {
        closing_ = true;
        socket_.close();
        wait([this] { return socket_.idle(); }, "the end of a connection");
    }

    template <class Condition>
    void wait(Condition condition, std::string_view what) {
        const auto deadline = Clock::now() + patience;
        while (!condition() && failure_.empty() && Clock::now() < deadline) {
            bench_.loop_.turn(deadline);
        }
        if (!failure_.empty()) throw std::runtime_error(failure_);
        if (!condition()) throw std::runtime_error(fmt::format("Waited in vain for {}.", what));
    }

private:
    void on_open() override { socket_.send(hello_frame(account_.access_token)); }
    void on_text(std::string_view text) override {
        const Frame frame = read_frame(text);
        if (frame.type == "synced") synced_ = true;
        if (frame.type == "error") failure_ = std::string(text);
        if (frame.type == "message") socket_.send(received_frame(frame.chat, frame.seq));
        if (frame.type != "sent") return;
        const auto found = waiting_.find(index_of_client_id(frame.client_id));
        if (found == waiting_.end()) return;
        if (acks_ != nullptr) acks_->record(Clock::now() - found->second);
        waiting_.erase(found);
    }
    void on_closed(const std::string& why) override {
        if (!closing_) failure_ = "A connection ended: " + why;
    }

    FanOut& bench_;
    Account& account_;
    WebSocketClient socket_;
    std::unordered_map<std::uint64_t, Time> waiting_;
    Histogram* acks_ = nullptr;
    bool synced_ = false;
    bool closing_ = false;
    std::string failure_;
};

FanOut::FanOut(FanOutOptions options)
    : options_(std::move(options)),
      address_(parse_address(options_.server)),
      http_(loop_, address_, http_connections),
      server_(options_.server_pid),
      accounts_(loop_, http_),
      run_id_(std::random_device{}()) {
    if (options_.prefix.empty()) options_.prefix = fmt::format("f{:08x}", std::random_device{}());
    if (!server_.cpu_time()) throw std::runtime_error("There is no process of this --pid.");
    std::ranges::sort(options_.sizes);
    if (options_.core >= 0) pin_to_core(options_.core);
}

FanOut::~FanOut() = default;

void FanOut::run() {
    std::vector<Account*> accounts;
    for (std::size_t i = 0; i < options_.sizes.back(); ++i) {
        auto& account = users_.emplace_back();
        account.username = username_of(options_.prefix, i);
        account.display_name = account.username;
        accounts.push_back(&account);
    }
    accounts_.sign_in(accounts, progress_);
    sender_ = std::make_unique<Client>(*this, users_.front());
    std::vector<Row> rows;
    progress_.begin("Measuring", options_.sizes.size());
    for (const auto size : options_.sizes) {
        rows.push_back(measure(size));
        progress_.update(rows.size());
    }
    progress_.finish();
    print(rows);
}

// The first user sends; the last one of a size is in no smaller group and opens the app.
FanOut::Row FanOut::measure(std::size_t members) {
    const auto chats = make_groups(members);
    Row row;
    row.members = members;
    open_once(users_[members - 1]);  // what the making of the groups left
    const Cost before = cost();
    sender_->record_acks(&row.ack);
    send(chats, options_.messages, options_.rate);
    sender_->record_acks(nullptr);
    const Cost after = cost();
    row.message = {after.cpu - before.cpu, after.written - before.written};
    open_once(users_[members - 1]);  // the backlog
    open(row, chats);
    return row;
}

std::vector<std::string> FanOut::make_groups(std::size_t members) {
    std::vector<std::string> chats;
    std::string body;
    {
        protocol::JsonObject object(body);
        object.text("type", "group").text("title", fmt::format("{} members", members));
        const std::vector<Account> list(users_.begin(),
                                        users_.begin() + static_cast<std::ptrdiff_t>(members));
        protocol::append_json_array(object.open("members"), list,
                                    [](std::string& out, const Account& account) {
                                        protocol::append_json_string(out, account.user);
                                    });
    }
    for (std::size_t i = 0; i < options_.groups; ++i) {
        const auto answer =
            http_.request_and_wait({"POST", "/v1/chats", users_.front().access_token, body});
        chats.emplace_back(plain_string(member(answer.body, "chat")));
        if (chats.back().empty()) {
            throw std::runtime_error("A group was not made: " + answer.body);
        }
    }
    return chats;
}

// Message k is meant for start + k / rate, whatever the server does.
void FanOut::send(const std::vector<std::string>& chats, std::size_t messages, double rate) {
    const auto start = Clock::now();
    std::size_t due = 0;
    for (std::size_t k = 0; k < messages; ++k) {
        const auto at = start + of_seconds(static_cast<double>(k) / rate);
        loop_.at(at, [this, &chats, &due, k, at] {
            sender_->send(sends_++, chats[k % chats.size()], at);
            ++due;
        });
    }
    sender_->wait([&] { return due == messages && sender_->answered(); }, "acks");
}

// One message in one group, then the app is opened; as often as asked for.
void FanOut::open(Row& row, const std::vector<std::string>& chats) {
    for (std::size_t i = 0; i < options_.openings; ++i) {
        send({chats[i % chats.size()]}, 1, 1);
        const Cost before = cost();
        row.synced.record(open_once(users_[row.members - 1]));
        const Cost after = cost();
        row.opening.cpu += after.cpu - before.cpu;
        row.opening.written += after.written - before.written;
    }
}

nanoseconds FanOut::open_once(Account& account) {
    const auto start = Clock::now();
    Client client(*this, account);
    const auto took = Clock::now() - start;
    client.close();
    return took;
}

FanOut::Cost FanOut::cost() const {
    return {server_.cpu_time().value_or(nanoseconds(0)), server_.written_bytes().value_or(0)};
}

void FanOut::print(const std::vector<Row>& rows) const {
    fmt::print(
        "| members | CPU for each message | written for each message | ack p50 · p99 | "
        "CPU for each opening | hello to synced p50 · p99 |\n|---|---|---|---|---|---|\n");
    for (const auto& row : rows) {
        fmt::print("| {} | {:.2f} ms | {:.1f} KiB | {} · {} | {:.2f} ms | {} · {} |\n", row.members,
                   milliseconds_each(row.message.cpu, options_.messages),
                   static_cast<double>(row.message.written) / 1024 /
                       static_cast<double>(options_.messages),
                   format_duration(row.ack.quantile(0.5)), format_duration(row.ack.quantile(0.99)),
                   milliseconds_each(row.opening.cpu, options_.openings),
                   format_duration(row.synced.quantile(0.5)),
                   format_duration(row.synced.quantile(0.99)));
    }
}

}  // namespace banter::load
