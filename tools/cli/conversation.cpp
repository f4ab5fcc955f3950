#include "cli/conversation.hpp"

#include <algorithm>

#include "cli/local_time.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

constexpr std::size_t time_columns = 7;  // "12:04  "
constexpr auto same_run = std::chrono::minutes(5);

std::string centred_line(std::string_view label, std::size_t width) {
    const auto text = " " + fit(label, width > 8 ? width - 8 : 1) + " ";
    const auto dashes = width > columns(text) ? width - columns(text) : 0;
    std::string line;
    for (std::size_t i = 0; i < dashes / 2; ++i)
        line += "─";
    line += text;
    for (std::size_t i = 0; i < dashes - dashes / 2; ++i)
        line += "─";
    return line;
}

class Builder {
public:
    Builder(const Model& model, const Chat& chat, std::size_t width, base::Timestamp now)
        : model_(model), chat_(chat), width_(width), now_(now) {}

    std::vector<Row> build() {
        const auto messages = model_.newest_messages(chat_);
        if (chat_.history_complete && !messages.empty()) {
            add_line("beginning of the conversation", Ink::faint, messages.front()->seq);
        }
        for (const auto* message : messages)
            add(*message);
        for (const auto& outgoing : chat_.outgoing)
            add(outgoing);
        if (chat_.is_left) {
            add_line("you are no longer a member of this group", Ink::faint, place_.next());
        }
        return std::move(rows_);
    }

private:
    void add(const Message& message) {
        begin(message.seq, message.at);
        if (chat_.new_from && !new_line_drawn_ && message.seq >= *chat_.new_from &&
            message.sender != model_.self().id) {
            new_line_drawn_ = true;
            push({{centred_line("new messages", width_), Ink::unread_line}});
            last_sender_ = {};
        }
        if (message.event) {
            push_wrapped(model_.describe(message), {"       ", Ink::faint}, Ink::faint, {});
            last_sender_ = {};
            return;
        }
        begin_run(message.sender, message.at);
        const bool own = message.sender == model_.self().id;
        const auto tick = own ? tick_span(model_.tick_of(chat_, message.seq)) : Span{};
        push_wrapped(text_of(message), {clock_time(message.at) + "  ", Ink::faint}, Ink::plain,
                     tick);
    }

    void add(const Outgoing& outgoing) {
        begin(place_.next(), outgoing.at);
        begin_run(model_.self().id, outgoing.at);
        const bool failed = !outgoing.failure.empty();
        push_wrapped(harmless(outgoing.text, LineBreaks::keep),
                     {clock_time(outgoing.at) + "  ", Ink::faint}, Ink::plain,
                     tick_span(failed ? Tick::failed : Tick::queued));
        if (!failed) return;
        push_wrapped("not sent: " + harmless(outgoing.failure), {"       ", Ink::faint},
                     Ink::failure, {});
    }

    void begin(Seq seq, base::Timestamp at) {
        place_ = seq;
        line_ = 0;
        if (local_day(at) == day_) return;
        day_ = local_day(at);
        last_sender_ = {};
        push({{centred_line(day_name(at, now_), width_), Ink::faint}});
    }

    // The sender's name stands above the first message of a run.
    void begin_run(UserId sender, base::Timestamp at) {
        const bool goes_on = sender == last_sender_ && at - last_at_ < same_run;
        last_sender_ = sender;
        last_at_ = at;
        if (goes_on) return;
        if (sender == model_.self().id) {
            push({{"You", Ink::own_name}});
        } else {
            push({{fit(model_.name_of(sender), width_), Ink::name, sender.value}});
        }
    }

    static std::string text_of(const Message& message) {
        auto text = harmless(message.text, LineBreaks::keep);
        if (message.kind == "text") return text;
        auto kind = "[" + harmless(message.kind) + "]";
        return text.empty() ? kind : kind + " " + text;
    }

    static Span tick_span(Tick tick) {
        Span span{.text = " ", .ink = Ink::tick, .hue = 0};
        span.text += tick_mark(tick);
        if (tick == Tick::read) span.ink = Ink::tick_read;
        if (tick == Tick::failed) span.ink = Ink::failure;
        return span;
    }

    void push_wrapped(const std::string& text, const Span& first, Ink ink, const Span& tail) {
        const auto tail_columns = columns(tail.text);
        auto lines = wrap(text, width_ - time_columns);
        if (columns(lines.back()) + tail_columns > width_ - time_columns) lines.emplace_back();
        for (std::size_t i = 0; i < lines.size(); ++i) {
            std::vector<Span> spans;
            spans.push_back(i == 0 ? first : Span{.text = "       ", .ink = Ink::faint, .hue = 0});
            spans.push_back({.text = std::move(lines[i]), .ink = ink, .hue = 0});
            if (i + 1 == lines.size() && !tail.text.empty()) spans.push_back(tail);
            push(std::move(spans));
        }
    }

    void add_line(std::string_view label, Ink ink, Seq place) {
        place_ = place;
        line_ = -1;
        push({{centred_line(label, width_), ink}});
    }

    void push(std::vector<Span> spans) {
        rows_.push_back({.spans = std::move(spans), .seq = place_, .line = line_++});
    }

    const Model& model_;
    const Chat& chat_;
    std::size_t width_;
    base::Timestamp now_;
    std::vector<Row> rows_;
    Seq place_;
    int line_ = 0;
    long day_ = -1;
    UserId last_sender_;
    base::Timestamp last_at_;
    bool new_line_drawn_ = false;
};

std::string typing_state(const Model& model, const Chat& chat) {
    const bool recording =
        std::ranges::all_of(chat.typing, [](const auto& one) { return one.second == "recording"; });
    const std::string doing = recording ? "recording…" : "typing…";
    if (chat.is_direct) return doing;
    std::string names;
    for (const auto& [user, kind] : chat.typing) {
        if (!names.empty()) names += ", ";
        names += model.name_of(user);
    }
    return names + (chat.typing.size() == 1 ? " is " : " are ") + doing;
}

}  // namespace

std::string_view tick_mark(Tick tick) {
    switch (tick) {
        case Tick::queued:
            return "◷";
        case Tick::failed:
            return "✗";
        case Tick::sent:
            return "✓";
        case Tick::delivered:
        case Tick::read:
            return "✓✓";
    }
    return "";
}

std::vector<Row> conversation_rows(const Model& model, const Chat& chat, std::size_t width,
                                   base::Timestamp now) {
    return Builder(model, chat, width, now).build();
}

std::string header_state(const Model& model, const Chat& chat, base::Timestamp now) {
    if (!chat.typing.empty()) return typing_state(model, chat);
    if (!chat.is_direct) {
        const auto count = chat.member_count;
        auto text = std::to_string(count) + (count == 1 ? " member" : " members");
        if (!chat.may_write()) text += ", only admins may write";
        const auto asking = chat.requests.size();
        if (asking > 0) text += ", " + std::to_string(asking) + " to let in (/requests)";
        return text;
    }
    const auto* presence = model.presence_of(chat.other);
    if (presence == nullptr || presence->status == "hidden") return "";
    if (presence->status == "online") return "online";
    if (!presence->last_seen) return "offline";
    return "last seen " + last_seen(*presence->last_seen, now);
}

std::string connection_state(const Model& model, base::Steady now) {
    using client::Phase;
    const auto& reason = model.phase_reason();
    switch (model.phase()) {
        case Phase::idle:
        case Phase::connecting:
        case Phase::refreshing:
        case Phase::greeting:
            return "connecting…";
        case Phase::catching_up:
            return "catching up…";
        case Phase::live:
            return "online";
        case Phase::ended:
            return "disconnected: " + harmless(reason);
        case Phase::waiting:
            break;
    }
    const auto left = model.retry_at() ? *model.retry_at() - now : base::Steady::duration{};
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    auto text = "reconnecting in " + std::to_string(std::max<long>(0, seconds)) + " s";
    return reason.empty() ? text : text + " (" + harmless(reason) + ")";
}

}  // namespace banter::cli
