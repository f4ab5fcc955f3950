// What every ports::Reports promises.
#include <gtest/gtest.h>

#include "directory_fixtures.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using base::Timestamp;
using domain::ChatId;
using domain::ClientId;
using domain::Report;
using domain::ReportId;
using domain::ReportReason;
using domain::Seq;
using domain::UserId;
using ports::NewReport;
using namespace std::chrono_literals;

constexpr UserId ada{(1ULL << 63) - 1};
constexpr UserId bob{2};

template <class Engine>
class ReportsContract : public testing::Test {
protected:
    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor.run(std::move(task));
    }
    ports::Reports& reports() { return engine_.reports; }

    NewReport about(UserId reporter) {
        NewReport created;
        created.report.at = engine_.clock.now();
        created.report.reporter = reporter;
        created.report.chat = ChatId{engine_.random.uuid()};
        created.report.reason = ReportReason::abuse;
        return created;
    }
    ReportId add(NewReport report) { return run(reports().create(std::move(report))).value(); }
    Report close(ReportId id, std::string note = {}) {
        const Report::Closing closing{engine_.clock.now(), {}, std::move(note)};
        return run(reports().close(id, closing)).value();
    }
    std::vector<ReportId> listed(bool all, ports::PageRequest page = {}) {
        std::vector<ReportId> ids;
        for (const auto& one : run(reports().list(all, page))->items)
            ids.push_back(one.report.id);
        return ids;
    }

    Engine engine_;
};

using Engines = testing::Types<MemoryEngine, SqliteEngine>;
TYPED_TEST_SUITE(ReportsContract, Engines);

TYPED_TEST(ReportsContract, AReportIsFoundAsItWasMade) {
    auto made = this->about(ada);
    made.report.user = bob;
    made.report.reason = ReportReason::spam;
    made.report.text = std::string("b\0d \xF0\x9F\xA6\x86", 8);
    made.evidence = {{Seq{3}, R"({"seq":3})"}, {Seq{1ULL << 62}, R"({"seq":4})"}};
    const auto id = this->add(made);
    const auto found = *this->run(this->reports().find(id));
    ASSERT_TRUE(found);
    made.report.id = id;
    EXPECT_EQ(found->report, made.report);
    EXPECT_EQ(found->evidence, made.evidence);
}

TYPED_TEST(ReportsContract, AChatAloneIsEnough) {
    auto made = this->about(ada);
    made.report.id = this->add(made);
    const auto found = *this->run(this->reports().find(made.report.id));
    EXPECT_EQ(found->report, made.report);
    EXPECT_TRUE(found->evidence.empty());
}

TYPED_TEST(ReportsContract, NumbersRise) {
    const auto first = this->add(this->about(ada));
    const auto second = this->add(this->about(bob));
    EXPECT_LT(first, second);
    EXPECT_EQ(this->listed(false), (std::vector{first, second}));
}

TYPED_TEST(ReportsContract, ARetryFindsTheReport) {
    auto made = this->about(ada);
    made.client_id = ClientId{this->engine_.random.uuid()};
    const auto id = this->add(made);
    EXPECT_EQ(this->add(made), id);
    this->close(id);
    EXPECT_EQ(this->add(made), id);
    made.report.reporter = bob;
    EXPECT_NE(this->add(made), id);
    EXPECT_EQ(this->listed(true).size(), 2u);
}

TYPED_TEST(ReportsContract, WhatIsClosedLeavesTheQueueAndStaysAsItWasClosed) {
    auto made = this->about(ada);
    made.evidence = {{Seq{1}, "{}"}};
    const auto id = this->add(made);
    const auto other = this->add(this->about(ada));
    const Report::Closing closing{this->engine_.clock.now(), bob, "warned"};
    const auto closed = this->run(this->reports().close(id, closing)).value();
    EXPECT_EQ(closed.closed, closing);
    EXPECT_EQ(this->listed(false), std::vector{other});
    EXPECT_EQ(this->listed(true), (std::vector{id, other}));
    this->engine_.clock.advance(1s);
    EXPECT_EQ(this->close(id, "again").closed, closing);
    const auto found = *this->run(this->reports().find(id));
    EXPECT_EQ(found->report.closed, closing);
    EXPECT_EQ(found->evidence.size(), 1u);
    EXPECT_EQ(this->close(other).closed->by, std::nullopt);
}

TYPED_TEST(ReportsContract, UnknownReportsAreNotFound) {
    EXPECT_FALSE(*this->run(this->reports().find(ReportId{4711})));
    const auto closed = this->run(this->reports().close(ReportId{4711}, {}));
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code, ErrorCode::not_found);
}

TYPED_TEST(ReportsContract, TheListIsPagedBothWays) {
    std::vector<ReportId> ids;
    for (int i = 0; i < 5; ++i) {
        auto made = this->about(ada);
        made.evidence.resize(static_cast<std::size_t>(i));
        for (std::size_t n = 0; n < made.evidence.size(); ++n)
            made.evidence[n].seq = Seq{n + 1};
        ids.push_back(this->add(made));
    }
    ports::PageRequest request;
    request.limit = 2;
    const auto first = *this->run(this->reports().list(false, request));
    ASSERT_EQ(first.items.size(), 2u);
    EXPECT_EQ(first.items[0].messages, 0u);
    EXPECT_EQ(first.items[1].messages, 1u);
    EXPECT_FALSE(first.previous);
    request.after = first.next;
    const auto second = *this->run(this->reports().list(false, request));
    EXPECT_EQ(second.items[0].report.id, ids[2]);
    ASSERT_TRUE(second.next);
    ports::PageRequest back;
    back.limit = 2;
    back.before = second.previous;
    EXPECT_EQ(this->listed(false, back), (std::vector{ids[0], ids[1]}));
    request.after = second.next;
    const auto last = *this->run(this->reports().list(false, request));
    EXPECT_EQ(last.items.size(), 1u);
    EXPECT_FALSE(last.next);
}

TYPED_TEST(ReportsContract, SoManyOfOneUserMayBeOpen) {
    ReportId first;
    for (std::size_t i = 0; i < ports::Reports::max_open; ++i)
        first = std::max(first, this->add(this->about(ada)));
    const auto refused = this->run(this->reports().create(this->about(ada)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
    EXPECT_GT(refused.error().retry_after, 0ms);
    EXPECT_EQ(this->listed(true, {{}, {}, 200}).size(), ports::Reports::max_open);
    this->add(this->about(bob));
    this->close(first);
    this->add(this->about(ada));
}

}  // namespace
}  // namespace banter::contract
