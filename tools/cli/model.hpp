#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/protocol_machine.hpp"
#include "client/types.hpp"

// What the terminal client knows and shows, without any drawing or I/O.
namespace banter::cli {

using client::Message;
using domain::ChatId;
using domain::ClientId;
using domain::Seq;
using domain::UserId;

// How far a message of one's own has come.
enum class Tick { queued, failed, sent, delivered, read };

// A message that has no place in its chat yet.
struct Outgoing {
    ClientId client_id;
    std::string text;
    base::Timestamp at;
    std::string failure;  // why it was refused; empty: on its way
};

struct MemberState {
    std::string role;
    Seq delivered;
    Seq read;
    base::Timestamp joined_at = {};
};

struct Chat {
    ChatId id;
    bool is_known = false;  // its summary has come; until then it is not shown
    bool is_direct = false;
    bool is_left = false;  // the user is a member no more
    std::string title;
    UserId other;  // of a direct chat
    std::string role;
    std::uint64_t member_count = 0;
    Seq head;
    Seq first_seq;
    Seq read;  // the user's own mark
    std::uint64_t unread = 0;
    std::string preview;
    UserId preview_sender;  // zero: not known
    base::Timestamp active_at;
    std::string description;
    bool has_picture = false;
    std::string send_scope = "members";  // who may write: members, admins
    std::string edit_scope = "members";
    bool join_approval = false;
    std::string history;
    client::KeptState kept;
    std::set<UserId> requests;  // who asks to be let in, as far as this user decides it

    bool members_loaded = false;
    std::map<UserId, MemberState> members;
    std::map<UserId, std::string> typing;  // text, recording

    std::map<Seq, Message> messages;
    std::vector<Outgoing> outgoing;
    std::map<ClientId, std::string> sent_texts;  // of what was sent, until its `sent` places it
    bool history_asked = false;                  // the newest page was asked for
    bool history_complete = false;               // nothing older is to be had
    std::optional<Seq> new_from;                 // where the line "new messages" stands

    // The user is its owner or an admin.
    bool is_managed() const { return !is_direct && !is_left && role != "member"; }
    bool may_write() const { return is_direct || role != "member" || send_scope == "members"; }
    bool is_muted(base::Timestamp now) const { return kept.muted_until && *kept.muted_until > now; }
};

class Model {
public:
    // ---- what comes in
    void set_self(client::User user);
    void put_user(client::User user);
    void put_chat(const client::ChatSummary& summary);
    // The server tells no more about it: its last messages came after the user had been removed.
    void put_left_chat(const ChatId& chat);
    void put_members(const ChatId& chat, const std::vector<client::Member>& members);
    // What is known of the newest message besides its text in the list.
    void put_newest(const ChatId& chat, const Message& message);
    void put_requests(const ChatId& chat, const std::vector<client::JoinRequest>& requests);
    void forget_request(const ChatId& chat, UserId user);
    void put_presence(const client::Presence& presence);
    // `older`: the page begins below what was there; an empty one means there is no more.
    void put_history(const ChatId& chat, const std::vector<Message>& messages, bool older);

    // Messages that are already there change nothing. True when it is new.
    bool on_message(const Message& message);
    void on_gap(const client::Gap& gap);
    void on_receipt(const client::Receipt& receipt);
    void on_typing(const client::Typing& typing);
    void on_chat_change(const client::ChatChange& change);
    void on_state(const client::StateChanged& state);
    void on_request(const client::RequestChange& request);
    void on_sent(const client::Sent& sent);
    void on_failed(const client::SendFailed& failed);
    void on_phase(const client::PhaseChanged& change, base::Steady now);

    // ---- what the user does
    void add_outgoing(const ChatId& chat, ClientId client_id, std::string text,
                      base::Timestamp now);
    void set_draft(const ChatId& chat, std::string draft);
    void open(const ChatId& chat);
    // The chat `steps` below the open one in the list, round the ends. None without chats.
    std::optional<ChatId> neighbour(int steps) const;
    // The open chat has been seen up to its newest message: the mark to tell the server, if it is
    // news.
    std::optional<Seq> see_open_chat();

    // ---- what is to be seen
    const client::User& self() const { return self_; }
    const Chat* find(const ChatId& chat) const;
    const Chat* open_chat() const { return open_ ? find(*open_) : nullptr; }
    // Pinned ones first, archived ones last; each part by activity, the latest first.
    std::vector<const Chat*> chats() const;
    // The line under a chat's title; a group's with who said it.
    std::string preview_of(const Chat& chat) const;
    std::string title_of(const Chat& chat) const;
    std::string name_of(UserId user) const;  // harmless, on one line
    const client::User* user(UserId user) const;
    const client::Presence* presence_of(UserId user) const;
    // How far a message has come with all who were there when it was sent.
    Tick tick_of(const Chat& chat, Seq seq) const;
    // The newest messages without a hole between them, oldest first.
    std::vector<const Message*> newest_messages(const Chat& chat) const;
    // The user's own messages among those shown, counted from the newest, from 1.
    const Message* own_message(const Chat& chat, std::size_t place) const;
    // The newest messages of `sender`, or of anybody else for zero; at most `most`, oldest first.
    std::vector<const Message*> messages_of_others(const Chat& chat, UserId sender,
                                                   std::size_t most) const;
    // The member with this username, in any case.
    std::optional<UserId> member_called(const Chat& chat, std::string_view username) const;
    // What an event message says, as a sentence.
    std::string describe(const Message& message) const;

    client::Phase phase() const { return phase_; }
    const std::string& phase_reason() const { return phase_reason_; }
    std::optional<base::Steady> retry_at() const { return retry_at_; }

    // ---- what is still to be asked for; each is told once
    std::vector<UserId> take_unknown_users();
    std::vector<ChatId> take_unknown_chats();
    // The server could not be asked: told again when the connection is back.
    void ask_again_for(UserId user);
    void ask_again_for(const ChatId& chat);
    std::vector<UserId> take_unwatched_users();

    // Grows with every change: what was drawn for one version need not be drawn again.
    std::uint64_t version() const { return version_; }

private:
    Chat& chat(const ChatId& id);
    void want_user(UserId user);
    void want_names_of(const Message& message);
    void place(Chat& chat, const Message& message);
    void raise_head(Chat& chat, const Message& message);
    void preview(Chat& chat, const Message& message);
    void apply_event(Chat& chat, const Message& message);
    void count_unread(Chat& chat, const Message& message);

    client::User self_;
    std::map<ChatId, Chat> chats_;
    std::map<UserId, client::User> users_;
    std::map<UserId, client::Presence> presences_;
    std::optional<ChatId> open_;
    client::Phase phase_ = client::Phase::idle;
    std::string phase_reason_;
    std::optional<base::Steady> retry_at_;

    std::set<UserId> users_asked_;
    std::vector<UserId> unknown_users_;
    std::vector<UserId> postponed_users_;
    std::set<ChatId> chats_asked_;
    std::vector<ChatId> unknown_chats_;
    std::vector<ChatId> postponed_chats_;
    std::set<UserId> users_watched_;
    std::vector<UserId> unwatched_users_;
    std::uint64_t version_ = 0;
};

}  // namespace banter::cli
