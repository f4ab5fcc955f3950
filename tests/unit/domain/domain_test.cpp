#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "domain/ids.hpp"
#include "domain/message.hpp"
#include "domain/time_uuid.hpp"
#include "domain/watermark.hpp"

namespace banter::domain {
namespace {

Marks any_marks() {
    return {Seq{*rc::gen::inRange<std::uint64_t>(0, 50)},
            Seq{*rc::gen::inRange<std::uint64_t>(0, 50)}};
}

TEST(Watermark, ReadImpliesDelivered) {
    EXPECT_EQ(merge({Seq{3}, Seq{1}}, {Seq{0}, Seq{7}}), (Marks{Seq{7}, Seq{7}}));
}

TEST(WatermarkProperty, MergesInAnyOrderAndAnyNumberOfTimes) {
    const bool holds = rc::check("order", [] {
        std::vector<Marks> arrivals;
        const auto count = *rc::gen::inRange(1, 8);
        for (int i = 0; i < count; ++i)
            arrivals.push_back(any_marks());
        const auto fold = [](const std::vector<Marks>& list) {
            Marks marks;
            for (const auto& one : list) {
                const Marks before = marks;
                marks = merge(marks, one);
                RC_ASSERT(marks.delivered >= before.delivered);
                RC_ASSERT(marks.read >= before.read);
                RC_ASSERT(marks.delivered >= marks.read);
            }
            return marks;
        };
        const Marks once = fold(arrivals);
        std::ranges::reverse(arrivals);
        const auto again = arrivals;
        arrivals.insert(arrivals.end(), again.begin(), again.end());
        RC_ASSERT(fold(arrivals) == once);
    });
    EXPECT_TRUE(holds);
}

TEST(Ids, ReadWhatTheyWriteAndNothingElse) {
    const std::string uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
    ASSERT_TRUE(parse_id<ChatId>(uuid));
    EXPECT_EQ(to_string(*parse_id<ChatId>(uuid)), uuid);
    EXPECT_FALSE(parse_id<ChatId>("0f8fad5bd9cb469fa16570867728950e"));
    EXPECT_FALSE(parse_id<ChatId>(uuid + "0"));
    EXPECT_EQ(parse_id<UserId>("9223372036854775807"), (UserId{9223372036854775807ULL}));
    EXPECT_FALSE(parse_id<UserId>("9223372036854775808"));
    EXPECT_FALSE(parse_id<UserId>("0"));
    EXPECT_FALSE(parse_id<UserId>("-1"));
    EXPECT_FALSE(parse_id<UserId>("01"));
    EXPECT_FALSE(parse_id<UserId>(""));
}

TEST(Ids, ADirectChatIsTheSameFromBothSides) {
    const auto chat = direct_chat_id(UserId{7}, UserId{9});
    EXPECT_EQ(chat, direct_chat_id(UserId{9}, UserId{7}));
    EXPECT_NE(chat, direct_chat_id(UserId{7}, UserId{8}));
    EXPECT_EQ(chat.value.bytes[6] >> 4, 5);  // RFC 9562 §5.5
}

TEST(TimeUuid, KeepsTicksAndVersion) {
    const auto at = base::Timestamp(std::chrono::milliseconds(1'767'225'600'123));
    const auto id = make_time_uuid(ticks_at(at) + 5, 0x123456789AB);
    EXPECT_EQ(ticks_of(id), ticks_at(at) + 5);
    EXPECT_EQ(id.value.bytes[6] >> 4, 1);
    EXPECT_EQ(id.value.bytes[8] >> 6, 2);
}

TEST(ContentDigest, DiffersWithEveryPartOfTheMeaning) {
    const ChatId chat{*parse_uuid("0f8fad5b-d9cb-469f-a165-70867728950e")};
    Content content;
    content.text = "hello";
    const auto first = digest(chat, content);
    EXPECT_EQ(first, digest(chat, content));
    Content other = content;
    other.text = "hello!";
    EXPECT_NE(first, digest(chat, other));
    other = content;
    other.reply_to = Seq{1};
    EXPECT_NE(first, digest(chat, other));
    other = content;
    other.kind = MessageKind::file;
    EXPECT_NE(first, digest(chat, other));
    EXPECT_NE(first, digest(ChatId{}, content));
}

TEST(Picture, IsWhatItsFirstBytesSay) {
    EXPECT_EQ(picture_type("\x89PNG\r\n\x1a\nrest"), PictureType::png);
    EXPECT_EQ(picture_type("\xFF\xD8\xFF\xE0"), PictureType::jpeg);
    EXPECT_EQ(picture_type("RIFFsizeWEBPVP8 "), PictureType::webp);
    for (const auto* other : {"", "GIF89a", "RIFFsizeWAVEfmt ", "<svg/>", "RIFFsizeWEBP"})
        EXPECT_EQ(picture_type(other), std::nullopt) << other;
}

TEST(Picture, HasAVersionOfItsContent) {
    EXPECT_EQ(picture_version("one"), picture_version("one"));
    EXPECT_NE(picture_version("one"), picture_version("two"));
    EXPECT_LT(picture_version("one"), 1ULL << 48);
}

TEST(Preview, CutsBetweenCharacters) {
    Content content;
    for (int i = 0; i < 150; ++i)
        content.text += "é";
    EXPECT_EQ(preview(content).size(), 200U);
}

}  // namespace
}  // namespace banter::domain
