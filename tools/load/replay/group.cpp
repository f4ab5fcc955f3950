#include "load/replay/group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "load/json_scan.hpp"
#include "protocol/json_writer.hpp"

namespace banter::load {
namespace {

constexpr milliseconds request_retry{500};

struct Event {
    std::string_view change;
    std::vector<Person> people;
};

Event read_event(const Frame& frame, const std::unordered_map<std::string, Person>& people) {
    Event event;
    const auto add = [&](std::string_view user) {
        const auto found = people.find(std::string(user));
        if (found != people.end()) event.people.push_back(found->second);
    };
    scan_object(frame.event, [&](std::string_view name, std::string_view value) {
        if (name == "change") event.change = plain_string(value);
        if (name == "users") {
            scan_array(value, [&](std::string_view user) { add(plain_string(user)); });
        }
    });
    if (event.change == "created") add(frame.sender);
    return event;
}

Change effect_of(std::string_view change) {
    if (change == "created" || change == "member_added") return Change::begins;
    if (change == "member_removed") return Change::ends;
    return Change::other;
}

std::uint64_t digest_of(const Frame& frame) {
    if (frame.kind == "event") {
        return content_digest(frame.message_id, frame.sender, frame.kind, frame.event);
    }
    const bool escaped = frame.text.find('\\') != std::string_view::npos;
    if (escaped) {
        return content_digest(frame.message_id, frame.sender, frame.kind,
                              decode_string(frame.text));
    }
    return content_digest(frame.message_id, frame.sender, frame.kind, plain_string(frame.text));
}

}  // namespace

Group::Group(ReplayContext& context, GroupScript script, std::vector<Participant*> participants)
    : context_(context), script_(std::move(script)) {
    for (std::size_t i = 0; i < participants.size(); ++i) {
        auto& seat = seats_.emplace_back();
        seat.group = this;
        seat.participant = participants[i];
        seat.person = script_.people[i];
        participants[i]->take_seat(seat);
    }
}

Seat& Group::seat_of(Person person) {
    const auto place = std::ranges::lower_bound(script_.people, person);
    return seats_[static_cast<std::size_t>(place - script_.people.begin())];
}

void Group::create(std::function<void()> done) {
    std::string body;
    {
        protocol::JsonObject object(body);
        object.text("type", "group").text("title", script_.name);
        protocol::append_json_array(object.open("members"), script_.members,
                                    [&](std::string& out, Person person) {
                                        protocol::append_json_string(
                                            out, seat_of(person).participant->account().user);
                                    });
    }
    HttpRequest request{"POST", "/v1/chats", owner().account().access_token, std::move(body)};
    context_.http.request(std::move(request), [this, done](const HttpResponse& response) {
        chat_ = plain_string(member(response.body, "chat"));
        if (chat_.empty()) {
            context_.stats.error(context_.stats.errors,
                                 fmt::format("a group was not made: {} {}", response.status,
                                             response.body));
        }
        done();
    });
}

void Group::perform(Step step, Time intended) {
    if (step.kind == Step::Kind::reconnect) return seat_of(step.person).participant->reconnect();
    auto& seat = seat_of(step.person);
    ++busy_;
    seat.waiting.push_back({std::move(step), intended});
    advance(seat);
}

void Group::advance(Seat& seat) {
    while (!seat.waiting.empty() && !seat.changing) {
        auto& act = seat.waiting.front();
        if (act.step.kind == Step::Kind::say) {
            const std::size_t index = context_.sends.size();
            context_.sends.push_back({&seat, std::move(act.step.text), act.intended});
            seat.waiting.pop_front();
            ++seat.unanswered;
            ++context_.stats.sends;
            seat.participant->send(index);
            continue;
        }
        if (seat.unanswered > 0) return;
        const auto kind = act.step.kind;
        seat.waiting.pop_front();
        seat.changing = true;
        change(seat, kind);
    }
}

void Group::change(Seat& seat, Step::Kind kind) {
    const std::string& user = seat.participant->account().user;
    if (kind == Step::Kind::join) {
        seat.participant->go_online();
        HttpRequest request{"POST", fmt::format("/v1/chats/{}/members", chat_), "",
                            fmt::format(R"({{"members":["{}"]}})", user)};
        return request_change(seat, owner(), std::move(request));
    }
    HttpRequest request{"DELETE", fmt::format("/v1/chats/{}/members/{}", chat_, user), "", ""};
    auto& actor = context_.random.chance(0.5) ? owner() : *seat.participant;
    request_change(seat, actor, std::move(request));
}

void Group::request_change(Seat& seat, Participant& actor, HttpRequest request) {
    context_.accounts.with_token(
        actor.account(), [this, &seat, &actor, request](const std::string& token) mutable {
            request.token = token;
            context_.http.request(request, [this, &seat, &actor, request](const auto& response) {
                changed(seat, response, actor, request);
            });
        });
}

void Group::changed(Seat& seat, const HttpResponse& response, Participant& actor,
                    HttpRequest request) {
    if (response.status == 0 || response.status == 429 || response.status == 503) {
        ++context_.stats.told_to_wait;
        context_.loop.after(request_retry, [this, &seat, &actor, request] {
            request_change(seat, actor, request);
        });
        return;
    }
    if (!response.ok()) {
        context_.stats.error(context_.stats.errors,
                             fmt::format("{} {}: {} {}", request.method, request.path,
                                         response.status, response.body));
    }
    seat.changing = false;
    --busy_;
    const Time now = Clock::now();
    for (auto& act : seat.waiting) act.intended = std::max(act.intended, now);
    advance(seat);
}

void Group::arrived(Seat& seat, const Frame& frame) {
    const Time now = Clock::now();
    ++context_.stats.deliveries;
    Change change = Change::none;
    Change own = Change::none;
    std::vector<Person> people;
    if (frame.kind == "event") {
        Event event = read_event(frame, context_.people);
        change = effect_of(event.change);
        people = std::move(event.people);
        own = std::ranges::find(people, seat.person) != people.end() ? change : Change::other;
    }
    const bool again = seat.stream.seen(frame.seq);
    seat.stream.message(frame.seq, own);
    ledger_.observed(frame.seq, digest_of(frame), change, people);
    const bool own_message = frame.sender == seat.participant->account().user;
    if (change == Change::none && own_message) seat.view.own_message(frame.seq);
    if (change == Change::none && !again && seat.participant->synced()) {
        note_delivery(frame.seq, now, seat.participant->synced_at());
    }
}

void Group::receipt(Seat& seat, const Frame& frame) {
    const auto found = context_.people.find(std::string(frame.user));
    if (found != context_.people.end()) {
        seat.view.receipt(found->second, {frame.delivered, frame.read});
    }
}

// Only who was online when the message was to be sent tells something about the delivery's time.
void Group::note_delivery(Seq seq, Time at, Time synced_at) {
    if (seq >= send_at_.size() || send_at_[seq] < 0) {
        early_.push_back({seq, at, synced_at});
        return;
    }
    const auto& send = context_.sends[static_cast<std::size_t>(send_at_[seq])];
    if (!send.retried && synced_at < send.intended) {
        context_.stats.delivery.record(at - send.intended);
    }
}

void Group::sent(Seat& seat, std::size_t index, const Frame& frame, bool measured) {
    const auto& send = context_.sends[index];
    if (measured) context_.stats.ack.record(Clock::now() - send.intended);
    seat.stream.sent(frame.seq);
    seat.view.own_message(frame.seq);
    ledger_.accepted(frame.seq, content_digest(frame.message_id, seat.participant->account().user,
                                               "text", send.text));
    if (frame.seq >= send_at_.size()) send_at_.resize(frame.seq + 64, -1);
    send_at_[frame.seq] = static_cast<std::int64_t>(index);
    const auto waiting = std::exchange(early_, {});
    for (const auto& delivery : waiting) {
        note_delivery(delivery.seq, delivery.at, delivery.synced_at);
    }
    answered(seat);
}

void Group::answered(Seat& seat) {
    --seat.unanswered;
    --busy_;
    advance(seat);
}

}  // namespace banter::load
