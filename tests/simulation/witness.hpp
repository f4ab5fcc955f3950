#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/protocol_machine.hpp"
#include "dice.hpp"
#include "domain/message.hpp"
#include "timeline.hpp"

namespace banter::simulation {

// What happened, as one number and, when asked for, as lines.
class Trace {
public:
    explicit Trace(const Timeline& timeline, bool printing)
        : timeline_(timeline), printing_(printing) {}

    template <class... Values>
    void note(std::string_view what, const Values&... values) {
        add(what);
        add(static_cast<std::uint64_t>(timeline_.now()));
        (add(values), ...);
        if (printing_) print(what, {text(values)...});
    }
    std::uint64_t hash() const { return hash_; }

private:
    void add(std::string_view bytes);
    void add(std::uint64_t number);
    template <class Tag>
    void add(const domain::NumberId<Tag>& id) {
        add(id.value);
    }
    template <class Tag>
    void add(const domain::UuidId<Tag>& id) {
        add(std::string_view(reinterpret_cast<const char*>(id.value.bytes.data()), 16));
    }
    void add(domain::Seq seq) { add(seq.value); }

    static std::string text(std::string_view words) { return std::string(words); }
    static std::string text(std::uint64_t number) { return std::to_string(number); }
    template <class Tag>
    static std::string text(const domain::NumberId<Tag>& id) {
        return to_string(id);
    }
    template <class Tag>
    static std::string text(const domain::UuidId<Tag>& id) {
        return to_string(id);
    }
    static std::string text(domain::Seq seq) { return "#" + std::to_string(seq.value); }
    void print(std::string_view what, std::initializer_list<std::string> values) const;

    const Timeline& timeline_;
    bool printing_;
    std::uint64_t hash_ = 0xCBF29CE484222325ULL;
};

// One message as somebody was told of it.
struct Told {
    domain::MessageId id;
    domain::UserId sender;
    std::string text;

    bool operator==(const Told&) const = default;
};

// What became of one send.
struct SendFact {
    domain::UserId user;
    domain::DeviceId device;
    domain::ChatId chat;
    std::string text;
    Micros begun = 0;
    std::uint64_t number = 0;  // in the order of all sends
    std::optional<client::Sent> sent;
    std::optional<client::Error> refused;  // for good
};

// Hears every frame that reaches a client and holds the server to what protocol.md lets clients
// rely on, as far as that can be said at once. The rest waits for the verdict.
class Witness {
public:
    using Chat = domain::ChatId;
    using User = domain::UserId;
    using Device = domain::DeviceId;

    explicit Witness(Trace& trace) : trace_(trace) {}

    // Sends are also made again by others than the client library, which takes a refusal for good.
    void sends_are_repeated() { sends_are_repeated_ = true; }

    // The first broken promise; empty: none.
    const std::string& failure() const { return failure_; }
    void fail(std::string_view promise, std::string text);

    void send_begun(const domain::ClientId& id, SendFact fact) {
        fact.number = sends_.size();
        sends_[id] = std::move(fact);
    }
    // The client library was sent `before` right after `after`.
    struct Gap {
        User user;
        domain::DeviceId device;
        Chat chat;
        domain::Seq after;
        domain::Seq before;
    };
    // What the device had before its application started anew is none.
    void gap(const Gap& gap);
    const std::vector<Gap>& gaps() const { return gaps_; }

    void send_refused(const domain::ClientId& id, const client::Error& error);
    void sent(const client::Sent& sent);

    // One connection of the device.
    struct Listener {
        User user;
        Device device;
        std::size_t link = 0;
    };
    void heard(const Listener& listener, const client::ServerFrame& frame);
    void wrote(Device device, std::string_view frame) {
        trace_.note("wrote", device, frame.substr(0, most_traced));
    }
    void closed(Device device, std::uint16_t code);
    void link_ended(std::size_t link) { streams_.erase(link); }

    const std::map<domain::ClientId, SendFact>& sends() const { return sends_; }
    const std::map<std::pair<Chat, domain::Seq>, Told>& told() const { return told_; }
    // Of each device, what it was given as `message`, and what it has at all.
    const std::set<domain::Seq>& given(Device device, Chat chat) { return given_[{device, chat}]; }
    const std::set<domain::Seq>& has(Device device, Chat chat) { return has_[{device, chat}]; }

    struct MarksTold {
        domain::Seq delivered;
        domain::Seq read;
    };
    using MarksKey = std::tuple<Device, Chat, User>;
    const std::map<MarksKey, MarksTold>& marks_told() const { return marks_told_; }

private:
    static constexpr std::size_t most_traced = 120;

    struct Stream {
        domain::Seq last;
        bool ended = false;
    };

    void heard_one(const Listener& listener, const client::Message& message);
    void heard_one(const Listener& listener, const client::Sent& sent);
    void heard_one(const Listener& listener, const client::Receipt& receipt);
    void heard_one(const Listener& listener, const client::Refusal& refusal);
    template <class Other>
    void heard_one(const Listener&, const Other&) {}
    void advance(const Listener& listener, const Chat& chat, domain::Seq seq);
    void tell(const Chat& chat, domain::Seq seq, Told told);

    Trace& trace_;
    std::string failure_;
    bool sends_are_repeated_ = false;
    std::map<domain::ClientId, SendFact> sends_;
    std::map<std::pair<Chat, domain::Seq>, Told> told_;
    std::map<std::size_t, std::map<Chat, Stream>> streams_;
    std::map<std::pair<Device, Chat>, std::set<domain::Seq>> given_;
    std::map<std::pair<Device, Chat>, std::set<domain::Seq>> has_;
    std::map<MarksKey, MarksTold> marks_told_;
    std::vector<Gap> gaps_;
};

}  // namespace banter::simulation
