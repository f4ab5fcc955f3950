#include "protocol/websocket.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <string>
#include <vector>

namespace banter::protocol::websocket {
namespace {

// What a decoder said, in words.
std::vector<std::string> decode(Decoder& decoder, std::string bytes) {
    std::vector<std::string> said;
    decoder.feed(bytes, [&](const Event& event) {
        if (const auto* text = std::get_if<TextMessage>(&event)) {
            said.push_back("text " + std::string(text->text));
        } else if (const auto* ping = std::get_if<Ping>(&event)) {
            said.push_back("ping " + std::string(ping->payload));
        } else if (const auto* pong = std::get_if<Pong>(&event)) {
            said.push_back("pong " + std::string(pong->payload));
        } else if (const auto* closed = std::get_if<Close>(&event)) {
            said.push_back("close " + std::to_string(static_cast<int>(closed->code)));
        } else if (const auto* violation = std::get_if<Violation>(&event)) {
            said.push_back("violation " + std::to_string(static_cast<int>(violation->code)));
        }
        return true;
    });
    return said;
}

std::string masked(Opcode opcode, std::string_view payload) {
    std::string out;
    append_masked_frame(out, opcode, payload, 0xA1B2C3D4);
    return out;
}

std::vector<std::string> decode(std::string bytes, std::size_t max = 1024) {
    Decoder decoder(Side::server, max);
    return decode(decoder, std::move(bytes));
}

using Said = std::vector<std::string>;

TEST(WebSocketDecoder, AnswersAKeyAsTheStandardSays) {
    // RFC 6455 §1.3
    EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketDecoder, ReadsTheMaskedHelloOfTheStandard) {
    // RFC 6455 §5.7
    const std::string frame("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
    EXPECT_EQ(decode(frame), Said{"text Hello"});
}

TEST(WebSocketDecoder, JoinsFragmentsAndLetsControlFramesBetween) {
    std::string first = masked(Opcode::text, "Hel");
    first[0] = 0x01;
    const std::string last = masked(Opcode::continuation, "lo");
    EXPECT_EQ(decode(first + masked(Opcode::ping, "x") + last), (Said{"ping x", "text Hello"}));
}

TEST(WebSocketDecoder, RefusesWhatAClientMustNotSend) {
    std::string unmasked;
    append_frame(unmasked, Opcode::text, "x");
    EXPECT_EQ(decode(unmasked), Said{"violation 1002"});

    std::string reserved = masked(Opcode::text, "x");
    reserved[0] = static_cast<char>(0xC1);
    EXPECT_EQ(decode(reserved), Said{"violation 1002"});

    std::string unknown = masked(Opcode::text, "x");
    unknown[0] = static_cast<char>(0x83);
    EXPECT_EQ(decode(unknown), Said{"violation 1002"});

    std::string long_ping = masked(Opcode::ping, std::string(126, 'x'));
    EXPECT_EQ(decode(long_ping), Said{"violation 1002"});

    std::string fragmented_ping = masked(Opcode::ping, "x");
    fragmented_ping[0] = 0x09;
    EXPECT_EQ(decode(fragmented_ping), Said{"violation 1002"});

    EXPECT_EQ(decode(masked(Opcode::continuation, "x")), Said{"violation 1002"});
    EXPECT_EQ(decode(masked(Opcode::binary, "x")), Said{"violation 1003"});
    EXPECT_EQ(decode(masked(Opcode::text, "\xC0\x80")), Said{"violation 1007"});
    EXPECT_EQ(decode(masked(Opcode::text, std::string(1025, 'x'))), Said{"violation 1009"});
}

TEST(WebSocketDecoder, RefusesADataFrameInsideAFragmentedMessage) {
    std::string first = masked(Opcode::text, "a");
    first[0] = 0x01;
    EXPECT_EQ(decode(first + masked(Opcode::text, "b")), Said{"violation 1002"});
}

TEST(WebSocketDecoder, CountsTheFragmentsTogether) {
    std::string first = masked(Opcode::text, std::string(600, 'x'));
    first[0] = 0x01;
    EXPECT_EQ(decode(first + masked(Opcode::continuation, std::string(600, 'x'))),
              Said{"violation 1009"});
}

TEST(WebSocketDecoder, ChecksCloseFrames) {
    EXPECT_EQ(decode(masked(Opcode::close, close_payload(CloseCode::normal, "bye"))),
              Said{"close 1000"});
    EXPECT_EQ(decode(masked(Opcode::close, "")), Said{"close 1005"});
    EXPECT_EQ(decode(masked(Opcode::close, "x")), Said{"violation 1002"});
    EXPECT_EQ(decode(masked(Opcode::close, std::string("\x03\xED", 2))), Said{"violation 1002"});
}

TEST(WebSocketDecoder, HearsNothingAfterAClose) {
    EXPECT_EQ(decode(masked(Opcode::close, "") + masked(Opcode::text, "x")), Said{"close 1005"});
}

TEST(WebSocketDecoder, RefusesALengthThatIsNotTheShortest) {
    const std::string frame("\x81\xFE\x00\x01\x00\x00\x00\x00x", 9);
    EXPECT_EQ(decode(frame), Said{"violation 1002"});
}

// However the bytes are cut, the same messages come out.
TEST(WebSocketDecoderProperty, DoesNotDependOnHowTheStreamIsCut) {
    const bool holds = rc::check("cuts", [] {
        const auto sizes =
            *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 70'000));
        std::string stream;
        Said expected;
        for (const auto size : sizes) {
            const std::string payload(size, 'p');
            stream += masked(Opcode::text, payload);
            expected.push_back("text " + payload);
        }
        Decoder decoder(Side::server, 256 * 1024);
        Said said;
        for (std::size_t at = 0; at < stream.size();) {
            const auto length = *rc::gen::inRange<std::size_t>(1, 40'000);
            for (auto& one : decode(decoder, stream.substr(at, length)))
                said.push_back(one);
            at += length;
        }
        RC_ASSERT(said == expected);
        RC_ASSERT(decoder.buffered() == 0U);
    });
    EXPECT_TRUE(holds);
}

TEST(WebSocketDecoderProperty, NeverFailsOnGarbage) {
    const bool holds = rc::check("garbage", [] {
        const auto bytes = *rc::gen::arbitrary<std::string>();
        decode(bytes);
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace banter::protocol::websocket
