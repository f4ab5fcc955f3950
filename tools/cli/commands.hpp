#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/model.hpp"
#include "cli/requests.hpp"
#include "ports/random.hpp"

namespace banter::cli {

// What the lines that begin with / do. Belongs to the thread of its model.
class Commands {
public:
    // What commands need of their surroundings.
    struct Host {
        virtual ~Host() = default;
        virtual void notice(std::string line) = 0;  // for the user to read
        virtual void show(const client::ChatSummary& chat) = 0;
        virtual void open_chat(const std::string& name) = 0;
    };

    Commands(Model& model, Requests& requests, ports::Random& random, Host& host)
        : model_(model), requests_(requests), random_(random), host_(host) {}

    void run(const Command& command);

    struct Entry {
        std::string_view topic;  // chats, groups, links, people
        std::string_view name;
        std::string_view usage;  // what follows the name
        std::string_view summary;
        std::size_t least;  // arguments
        void (Commands::*run)(const Command&);
    };
    static std::span<const Entry> table();

private:
    // ---- commands.cpp
    void help(const Command& command);
    void dm(const Command& command);
    void list(const Command& command);
    void who(const Command& command);
    void info(const Command& command);
    void mute(const Command& command);
    void pin(const Command& command);
    void unpin(const Command& command);
    void archive(const Command& command);
    void unarchive(const Command& command);
    // ---- group_commands.cpp
    void group(const Command& command);
    void add(const Command& command);
    void remove(const Command& command);
    void leave(const Command& command);
    void promote(const Command& command);
    void demote(const Command& command);
    void hand_over(const Command& command);
    void title(const Command& command);
    void description(const Command& command);
    void picture(const Command& command);
    void permissions(const Command& command);
    void approval(const Command& command);
    // ---- link_commands.cpp
    void link(const Command& command);
    void links(const Command& command);
    void revoke(const Command& command);
    void preview(const Command& command);
    void join(const Command& command);
    void withdraw(const Command& command);
    void requests(const Command& command);
    void accept(const Command& command);
    void refuse(const Command& command);
    // ---- people_commands.cpp
    void contact(const Command& command);
    void block(const Command& command);
    void unblock(const Command& command);
    void report(const Command& command);
    void privacy(const Command& command);

    void notice(std::string line) { host_.notice(std::move(line)); }
    // The open chat, or a notice that there is none.
    const Chat* open_chat();
    const Chat* open_group();
    // Opens a group that the user has just made or joined, and says so.
    void enter(const client::ChatSummary& group);
    // Runs the call; says `then` once it is done, or why it was not.
    template <class Request>
    void call(Request request, std::string then = {}) {
        requests_.ask(std::move(request), [this, then = std::move(then)](const auto& result) {
            if (!result) {
                notice(result.error().detail);
            } else if (!then.empty()) {
                notice(then);
            }
        });
    }
    // Runs the call; `show(value)` when it has answered, or a notice why it has not.
    template <class Request, class Show>
    void fetch(Request request, Show show) {
        requests_.ask(std::move(request), [this, show = std::move(show)](const auto& result) {
            if (!result) {
                notice(result.error().detail);
            } else {
                show(*result);
            }
        });
    }
    void keep(const client::KeptChange& change, std::string then);
    void change_group(client::GroupChange change, std::string then);
    void set_role(const Command& command, std::string role);
    void decide(const Command& command, bool accept);
    void show_group(const Chat& chat);
    void show_preview(const client::LinkPreview& preview);
    void show_receipts(const std::vector<client::MessageReceipt>& receipts);
    void show_list(std::string_view title, const std::vector<client::User>& users);

    Model& model_;
    Requests& requests_;
    ports::Random& random_;
    Host& host_;
};

}  // namespace banter::cli
