#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "load/replay/conversation.hpp"

namespace banter::load {
namespace {

Record record(Record::Kind kind, std::string user, std::string text = {}, std::string at = {}) {
    if (at.empty()) at = "2005-01-01T10:00:00Z";
    const bool rename = kind == Record::Kind::rename;
    return {kind, at, "log", user, rename ? "" : text, rename ? text : ""};
}
Record say(std::string user, std::string text = "hi") {
    return record(Record::Kind::message, std::move(user), std::move(text));
}
Record join(std::string user) { return record(Record::Kind::join, std::move(user)); }
Record leave(std::string user) { return record(Record::Kind::leave, std::move(user)); }
Record rename_to(std::string user, std::string to) {
    return record(Record::Kind::rename, std::move(user), std::move(to));
}

Script script_of(const std::vector<Record>& records) { return make_script(records, {}); }

std::string told(const Script& script) {
    std::string out;
    for (const auto& step : script.groups.at(0).steps) {
        const auto& who = script.nicknames[step.person];
        if (step.kind == Step::Kind::say) out += who + ":" + step.text + " ";
        if (step.kind == Step::Kind::join) out += "+" + who + " ";
        if (step.kind == Step::Kind::leave) out += "-" + who + " ";
        if (step.kind == Step::Kind::reconnect) out += "~" + who + " ";
    }
    return out;
}

TEST(Script, WhoAppearsWithoutAJoinIsAMemberFromTheBeginning) {
    const auto script = script_of({say("ann"), join("bob"), say("bob"), leave("cat")});
    EXPECT_EQ(script.groups.at(0).members, (std::vector<std::uint32_t>{0, 2}));
    EXPECT_EQ(script.groups.at(0).people.size(), 3U);
    EXPECT_EQ(told(script), "ann:hi +bob bob:hi -cat ");
}

TEST(Script, ARenameKeepsThePerson) {
    const auto script = script_of(
        {say("ann"), rename_to("ann", "ann_away"), say("ann_away", "bye"), leave("ann")});
    EXPECT_EQ(script.nicknames, std::vector<std::string>{"ann"});
    EXPECT_EQ(told(script), "ann:hi ann:bye ");  // nobody else could own the group
}

TEST(Script, JoiningAgainAsAMemberIsAReconnect) {
    EXPECT_EQ(told(script_of({say("ann"), join("ann")})), "ann:hi ~ann ");
}

TEST(Script, WhoSpeaksAfterLeavingJoinsFirst) {
    EXPECT_EQ(told(script_of({say("owner"), say("ann"), leave("ann"), say("ann", "back")})),
              "owner:hi ann:hi -ann +ann ann:back ");
}

TEST(Script, TheOwnerIsAMemberWhoStays) {
    const auto script = script_of({say("ann"), say("bob"), leave("ann")});
    EXPECT_EQ(script.nicknames[script.groups.at(0).owner], "bob");
}

TEST(Script, WithoutMembersTheFirstToJoinBegins) {
    const auto script = script_of({join("ann"), join("bob"), say("bob")});
    EXPECT_EQ(script.groups.at(0).members, std::vector<std::uint32_t>{0});
    EXPECT_EQ(told(script), "+bob bob:hi ");
}

TEST(Script, AMinuteIsSpreadEvenly) {
    auto later = say("ann");
    later.at = "2005-01-01T10:02:00Z";
    const auto script = script_of({say("ann"), say("ann"), later});
    const auto& steps = script.groups.at(0).steps;
    EXPECT_EQ(steps[0].at, milliseconds(0));
    EXPECT_EQ(steps[1].at, milliseconds(30'000));
    EXPECT_EQ(steps[2].at, milliseconds(120'000));
}

TEST(Script, ALongSilenceIsCut) {
    auto later = say("ann");
    later.at = "2005-01-01T20:00:00Z";
    const auto script = script_of({say("ann"), later});
    EXPECT_EQ(script.groups.at(0).steps[1].at, std::chrono::minutes(10));
}

TEST(Script, AGroupIsNeverFullerThanAllowed) {
    ScriptLimits limits;
    limits.max_members = 2;
    const auto script = make_script({say("ann"), say("bob"), say("cat", "not heard")}, limits);
    EXPECT_EQ(told(script), "ann:hi bob:hi ");
}

TEST(Script, LeavesOutLogsThatNeedTooManyPeople) {
    auto small = say("dan");
    small.chat = "small";
    ScriptLimits limits;
    limits.max_people = 2;
    const auto script = make_script({say("ann"), say("bob"), say("cat"), small}, limits);
    ASSERT_EQ(script.groups.size(), 1U);
    EXPECT_EQ(script.groups[0].name, "small");
    EXPECT_EQ(script.left_out, 1U);
    EXPECT_EQ(script.nicknames, std::vector<std::string>{"dan"});
}

TEST(Records, AreReadPlainAndCompressed) {
    const std::string lines =
        R"({"at":"2005-01-01T10:00:00Z","chat":"a","kind":"message","user":"x","text":"\"é"})" "\n"
        R"({"at":"2005-01-01T10:00:00Z","chat":"a","kind":"rename","user":"x","to":"y"})" "\n"
        R"({"at":"2005-01-01T10:00:00Z","chat":"a","kind":"topic","user":"x"})" "\n";
    const auto folder = std::filesystem::path(testing::TempDir());
    const auto plain = (folder / "banter-load-records.jsonl").string();
    std::ofstream(plain) << lines;
    const auto packed = plain + ".gz";
    const gzFile file = gzopen(packed.c_str(), "wb");
    gzwrite(file, lines.data(), static_cast<unsigned>(lines.size()));
    gzclose(file);
    for (const auto& path : {plain, packed}) {
        const auto records = read_records(path);
        ASSERT_EQ(records.size(), 2U);
        EXPECT_EQ(records[0].text, "\"é");
        EXPECT_EQ(records[1].to, "y");
        std::filesystem::remove(path);
    }
    EXPECT_THROW(read_records(plain), std::runtime_error);
}

}  // namespace
}  // namespace banter::load
