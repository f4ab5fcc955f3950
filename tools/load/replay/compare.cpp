#include "load/json_scan.hpp"
#include "load/replay/replay.hpp"

// The end of a replay: what every client shows, held against what the server says.
namespace banter::load {
namespace {

constexpr auto marks_patience = std::chrono::seconds(15);
constexpr milliseconds marks_pause{500};

Seq seq_of(std::string_view json, std::string_view name) {
    return static_cast<Seq>(integer(member(json, name)).value_or(0));
}

}  // namespace

// Marks have no answer, so they get some time to arrive.
void Replay::compare_clients(Verdict& verdict) {
    for (auto& participant : participants_)
        participant.repeat_reads();
    progress_.begin("Comparing every client with the server", 0);
    const Time deadline = Clock::now() + marks_patience;
    while (true) {
        const Time next = Clock::now() + marks_pause;
        loop_.run_until([&] { return Clock::now() >= next; });
        for (auto& participant : participants_)
            participant.tick();
        verdict.marks_behind = verdict.wrong_statuses = verdict.wrong_chats = 0;
        for (auto& group : groups_)
            compare_members(group, verdict);
        for (auto& participant : participants_)
            compare_chat_list(participant, verdict);
        if (verdict.clients_agree() || Clock::now() >= deadline) break;
    }
    progress_.finish();
}

void Replay::compare_members(Group& group, Verdict& verdict) {
    std::vector<ChatView::Member> members;
    each_item(group.owner(), "/v1/chats/" + group.chat() + "/members", [&](std::string_view item) {
        const auto person = context_.people.find(std::string(plain_string(member(item, "user"))));
        if (person == context_.people.end()) return;
        members.push_back({person->second,
                           seq_of(item, "joined_seq"),
                           {seq_of(item, "delivered"), seq_of(item, "read")}});
        if (members.back().marks.delivered < group.ledger().head()) ++verdict.marks_behind;
    });
    for (const auto& seat : group.seats()) {
        if (!group.ledger().is_member(seat.person)) continue;
        const Seq first = group.ledger().memberships(seat.person).back().first;
        for (const auto& other : members) {
            if (other.person == seat.person) continue;
            verdict.wrong_statuses += seat.view.wrong_statuses(other, first);
        }
    }
}

void Replay::compare_chat_list(Participant& participant, Verdict& verdict) {
    std::unordered_map<std::string, const Seat*> expected;
    for (const auto* seat : participant.seats()) {
        const bool member = seat->group->ledger().is_member(seat->person);
        if (member) expected.emplace(seat->group->chat(), seat);
    }
    if (expected.empty()) return;
    each_item(participant, "/v1/chats", [&](std::string_view item) {
        const auto found = expected.find(std::string(plain_string(member(item, "chat"))));
        if (found == expected.end()) return;  // of an earlier replay with the same users
        const Seat& seat = *found->second;
        expected.erase(found);
        const auto& ledger = seat.group->ledger();
        const Seq first = ledger.memberships(seat.person).back().first;
        const Seq read = seq_of(item, "read");
        Seq unread = 0;
        ledger.each_message(read, first, [&](Seq seq) { unread += seat.view.is_own(seq) ? 0 : 1; });
        const bool same_read = seat.view.read() < first || seat.view.read() == read;
        if (seq_of(item, "head") != ledger.head() || seq_of(item, "unread") != unread ||
            !same_read) {
            ++verdict.wrong_chats;
        }
    });
    verdict.wrong_chats += expected.size();
}

void Replay::each_item(Participant& participant, const std::string& path,
                       const std::function<void(std::string_view)>& visit) {
    std::string after;
    do {
        std::string token;
        accounts_api_.with_token(participant.account(), [&](const auto& fresh) { token = fresh; });
        loop_.run_until([&] { return !token.empty(); });
        const std::string page = path + "?limit=200" + (after.empty() ? "" : "&after=" + after);
        const auto answer = http_.request_and_wait({"GET", page, token, ""});
        scan_array(member(answer.body, "items"), visit);
        after = plain_string(member(answer.body, "next"));
    } while (!after.empty());
}

}  // namespace banter::load
