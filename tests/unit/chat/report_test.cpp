// What users report, and what is kept of it.
#include "adapters/memory/memory_reports.hpp"
#include "chat/report_service.hpp"
#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;

class ReportTest : public ChatTest {
protected:
    ReportTest() {
        for (int i = 0; i < 3; ++i)
            send(chat, bob, "message " + std::to_string(i));
    }

    ReportRequest request(std::vector<Seq> seqs) {
        ReportRequest made;
        made.reporter = ann;
        made.chat = chat;
        made.seqs = std::move(seqs);
        return made;
    }
    auto create(ReportRequest made) { return run(reports.create(std::move(made))); }
    auto evidence(domain::ReportId id) { return run(reports.find(id))->evidence; }

    const ChatId chat = open_direct(ann, bob);
    adapters::memory::MemoryReports queue;
    ReportService reports{*service, relations, queue, clock};
};

TEST_F(ReportTest, KeepsTheMessagesAsTheReporterSeesThem) {
    auto made = request({Seq{3}, Seq{1}, Seq{3}});
    made.user = bob;
    made.reason = domain::ReportReason::spam;
    made.text = "he does it again";
    const auto id = create(made);
    ASSERT_TRUE(id);
    const auto kept = evidence(*id);
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_EQ(kept[0].seq, Seq{1});
    EXPECT_NE(kept[0].message.find("\"text\":\"message 0\""), std::string::npos);
    EXPECT_NE(kept[1].message.find("\"sender\":\"2\""), std::string::npos);
    const auto report = run(reports.find(*id))->report;
    EXPECT_EQ(report.at, clock.now());
    EXPECT_EQ(report.text, "he does it again");
    EXPECT_EQ(report.user, bob);
}

TEST_F(ReportTest, OnlyWhatTheReporterCanSeeIsEvidence) {
    for (const auto seq : {Seq{0}, Seq{4}, Seq{~std::uint64_t{0}}}) {
        EXPECT_EQ(code_of(create(request({Seq{1}, seq}))), ErrorCode::not_found);
    }
    auto foreign = request({});
    foreign.reporter = cem;
    EXPECT_EQ(code_of(create(foreign)), ErrorCode::not_found);
    const auto group = make_group(bob, {cem});
    send(group, bob);
    ASSERT_TRUE(run(service->add(group, bob, {ann})));
    auto early = request({Seq{2}});  // before she came
    early.chat = group;
    EXPECT_EQ(code_of(create(early)), ErrorCode::not_found);
    EXPECT_TRUE(run(reports.list(true, {}))->items.empty());
}

TEST_F(ReportTest, RefusesTooMuchAndOneself) {
    std::vector<Seq> many(21, Seq{1});
    EXPECT_EQ(code_of(create(request(many))), ErrorCode::invalid);
    auto made = request({});
    made.text = std::string(domain::max_report_bytes + 1, 'x');
    EXPECT_EQ(code_of(create(made)), ErrorCode::invalid);
    made.text.pop_back();
    EXPECT_TRUE(create(made));
    made.user = ann;
    EXPECT_EQ(code_of(create(made)), ErrorCode::invalid);
    made.user = UserId{100'000};  // whom there is not
    EXPECT_EQ(code_of(create(made)), ErrorCode::not_found);
}

TEST_F(ReportTest, AnOperatorClosesItWithANote) {
    const auto id = *create(request({}));
    clock.advance(std::chrono::seconds(5));
    ASSERT_TRUE(run(reports.close(id, cem, "done")));
    const auto closed = run(reports.find(id))->report.closed;
    EXPECT_EQ(closed, (domain::Report::Closing{clock.now(), cem, "done"}));
    const std::string long_note(domain::max_report_bytes + 1, 'x');
    EXPECT_EQ(code_of(run(reports.close(id, cem, long_note))), ErrorCode::invalid);
    EXPECT_EQ(code_of(run(reports.close(domain::ReportId{9}, cem, {}))), ErrorCode::not_found);
    EXPECT_EQ(code_of(run(reports.find(domain::ReportId{9}))), ErrorCode::not_found);
}

TEST_F(ReportTest, ACursorOfNoPageIsInvalid) {
    ports::PageRequest page;
    page.after = "x";
    EXPECT_EQ(code_of(run(reports.list(false, page))), ErrorCode::invalid);
}

}  // namespace
}  // namespace banter::chat
