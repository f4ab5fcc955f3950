#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load/clock.hpp"

namespace banter::load {

// One line of a conversation file: {"at","chat","kind","user","text","to"}.
struct Record {
    enum class Kind { message, join, leave, rename };
    Kind kind = Kind::message;
    std::string at;  // RFC 3339, to the minute
    std::string chat;
    std::string user;
    std::string text;  // messages
    std::string to;    // renames
};

// JSON lines, plain or compressed with gzip. Lines of an unknown kind are left out. Throws
// std::runtime_error when the file cannot be read or a line is no record.
std::vector<Record> read_records(const std::string& path);

// What happens in one group, as a script for its people. People are numbered over all groups.
struct Step {
    enum class Kind {
        say,
        join,       // the owner adds the person
        leave,      // the person leaves or is removed
        reconnect,  // a member joins again without having left: his connection had dropped
    };
    Kind kind = Kind::say;
    milliseconds at{0};  // since the beginning of the log, in the log's own time
    std::uint32_t person = 0;
    std::string text;
};

struct GroupScript {
    std::string name;
    std::uint32_t owner = 0;              // stays to the end
    std::vector<std::uint32_t> members;   // at the beginning, the owner among them; ascending
    std::vector<std::uint32_t> people;    // everyone who is ever in it; ascending
    std::vector<Step> steps;              // in order of time
};

struct Script {
    std::vector<std::string> nicknames;  // of each person, the first one he used
    std::vector<GroupScript> groups;
    std::size_t left_out = 0;            // logs that would have taken more people than allowed
};

struct ScriptLimits {
    std::size_t logs = 0;       // 0: all
    std::size_t max_people = 6000;
    std::size_t max_members = 500;  // of one group at any time
    milliseconds max_pause = std::chrono::minutes(10);  // a longer silence of a log is cut to this
};

// The same nickname is the same person in every log; a rename keeps the person. Who speaks,
// leaves or is renamed without having joined is a member from the beginning; so is a speaker who
// has left, who joins again first.
Script make_script(const std::vector<Record>& records, const ScriptLimits& limits);

}  // namespace banter::load
