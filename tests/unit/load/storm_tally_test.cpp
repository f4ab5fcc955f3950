#include <gtest/gtest.h>

#include "load/storm/tally.hpp"

namespace banter::load {
namespace {

using std::chrono::seconds;

class StormTallyTest : public testing::Test {
protected:
    StormTallyTest() {
        for (std::size_t message = 0; message < 2; ++message)
            tally.meant(message, start);
    }

    const Time start = Clock::now();
    StormTally tally{2, 2, 1};  // seqs 2 and 3
};

TEST_F(StormTallyTest, IsCompleteWhenTheSenderKnowsThatAllHaveReadAll) {
    for (std::size_t reader = 0; reader < 2; ++reader) {
        EXPECT_TRUE(tally.delivered(reader, 2, start));
        EXPECT_TRUE(tally.delivered(reader, 3, start));
    }
    tally.told("a", 2, 2, start + seconds(1));
    tally.told("b", 3, 3, start + seconds(2));
    EXPECT_EQ(tally.read_by_all().count(), 1u);
    EXPECT_FALSE(tally.complete());
    tally.told("a", 3, 0, start + seconds(3));
    tally.told("a", 0, 3, start + seconds(4));
    EXPECT_TRUE(tally.complete());
    EXPECT_EQ(tally.read_by_all().max(), seconds(4));
    EXPECT_EQ(tally.deliveries(), 4u);
    EXPECT_EQ(tally.receipts(), 4u);
    EXPECT_EQ(tally.faults(), 0u);
}

TEST_F(StormTallyTest, GapsAndRepeatsAreFaults) {
    EXPECT_FALSE(tally.delivered(0, 3, start));
    EXPECT_TRUE(tally.delivered(0, 2, start));
    EXPECT_FALSE(tally.delivered(0, 2, start));
    EXPECT_TRUE(tally.delivered(0, 3, start));
    EXPECT_FALSE(tally.delivered(0, 4, start));
    EXPECT_EQ(tally.faults(), 3u);
}

TEST_F(StormTallyTest, MarksThatGoBackAreFaults) {
    tally.told("a", 3, 3, start);
    tally.told("a", 2, 0, start);
    tally.told("a", 0, 2, start);
    tally.told("b", 0, 4, start);
    EXPECT_EQ(tally.faults(), 3u);
    EXPECT_FALSE(tally.complete());
}

TEST_F(StormTallyTest, AcksOfWhatWasNotSentAreFaults) {
    tally.acked(2, start + seconds(1));
    tally.acked(1, start);
    tally.acked(4, start);
    EXPECT_EQ(tally.ack().max(), seconds(1));
    EXPECT_EQ(tally.faults(), 2u);
}

}  // namespace
}  // namespace banter::load
