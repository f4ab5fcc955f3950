#pragma once

#include <stdexcept>
#include <string_view>
#include <vector>

// The small language in which the tables of endpoints, frames and types say what goes over the
// wire. It is read while the program compiles, so a declaration that is not well-formed does not
// build; that the names it uses exist is for tests/e2e/test_reference.py to say.
//
//   type     one or more of these, with | between them:
//            a name of schemas.cpp: id, time, Chat …     'a literal'     null
//            [type] a list        {members} an object    Page<type> a page of a list
//            (image/png) bytes of this media type           1..1000 a whole number from 1 to 1000
//   members  name:type, name?:type for one that may be missing, ...Name for the members of that
//            object; spaces between them
//   answers  201:type, 204 without content, and the codes of the errors that the endpoint adds to
//            those that every endpoint of its kind may answer (openapi.cpp); spaces between them
namespace banter::gateway::reference {

struct Member;

struct Type {
    enum class Kind { named, literal, null, list, object, page, media, range, any_of };
    Kind kind = Kind::named;
    std::string_view text;    // the name, literal or media type; of range: the least
    std::string_view most;    // of range
    std::vector<Type> parts;  // of list and page: the type of the items; of any_of: the choices
    std::vector<Member> members;
};

struct Member {
    std::string_view name;
    bool optional = false;
    bool spread = false;  // stands for the members of the object `name`
    Type type;
};

struct Answer {
    int status = 0;             // 0: an error
    std::string_view code;      // of an error
    std::vector<Type> content;  // one type, or none
};

class ShapeParser {
public:
    constexpr explicit ShapeParser(std::string_view text) : rest_(text) {}

    constexpr Type type() {
        Type first = term();
        if (!rest_.starts_with('|')) return first;
        Type all;
        all.kind = Type::Kind::any_of;
        all.parts.push_back(first);
        while (take("|"))
            all.parts.push_back(term());
        return all;
    }

    constexpr std::vector<Member> members() {
        std::vector<Member> result;
        while (!rest_.empty() && !rest_.starts_with('}')) {
            if (!result.empty()) expect(" ");
            result.push_back(member());
        }
        return result;
    }

    constexpr std::vector<Answer> answers() {
        std::vector<Answer> result;
        while (!rest_.empty()) {
            if (!result.empty()) expect(" ");
            result.push_back(answer());
        }
        return result;
    }

    constexpr void end() const {
        if (!rest_.empty()) throw std::logic_error("a shape goes on after its end");
    }

private:
    static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static constexpr bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
    }

    constexpr bool take(std::string_view token) {
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    constexpr void expect(std::string_view token) {
        if (!take(token)) throw std::logic_error("a shape lacks a sign");
    }

    constexpr std::string_view cut(std::size_t size) {
        if (size == 0 || size > rest_.size()) throw std::logic_error("a shape lacks a word");
        const auto result = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return result;
    }

    constexpr std::string_view word() {
        std::size_t size = 0;
        while (size < rest_.size() && is_word(rest_[size]))
            ++size;
        return cut(size);
    }

    constexpr std::string_view up_to(std::string_view end) {
        const auto result = cut(rest_.find(end));
        expect(end);
        return result;
    }

    constexpr Type around(Type::Kind kind, std::string_view end) {
        Type result;
        result.kind = kind;
        result.parts.push_back(type());
        expect(end);
        return result;
    }

    constexpr Type term() {
        Type result;
        if (take("[")) return around(Type::Kind::list, "]");
        if (take("Page<")) return around(Type::Kind::page, ">");
        if (take("{")) {
            result.kind = Type::Kind::object;
            result.members = members();
            expect("}");
        } else if (take("'")) {
            result.kind = Type::Kind::literal;
            result.text = up_to("'");
        } else if (take("(")) {
            result.kind = Type::Kind::media;
            result.text = up_to(")");
        } else {
            result.text = word();
            if (result.text == "null") result.kind = Type::Kind::null;
            if (is_digit(result.text[0])) {
                result.kind = Type::Kind::range;
                expect("..");
                result.most = word();
            }
        }
        return result;
    }

    constexpr Member member() {
        Member result;
        result.spread = take("...");
        result.name = word();
        if (result.spread) return result;
        result.optional = take("?");
        expect(":");
        result.type = type();
        return result;
    }

    constexpr Answer answer() {
        Answer result;
        const auto head = word();
        if (!is_digit(head[0])) {
            result.code = head;
            return result;
        }
        if (head.size() != 3) throw std::logic_error("a status has three digits");
        for (const char digit : head) {
            if (!is_digit(digit)) throw std::logic_error("a status has three digits");
            result.status = result.status * 10 + (digit - '0');
        }
        if (take(":")) result.content.push_back(type());
        return result;
    }

    std::string_view rest_;
};

constexpr Type parse_type(std::string_view text) {
    ShapeParser parser(text);
    Type type = parser.type();
    parser.end();
    return type;
}

constexpr std::vector<Member> parse_members(std::string_view text) {
    ShapeParser parser(text);
    std::vector<Member> members = parser.members();
    parser.end();
    return members;
}

constexpr std::vector<Answer> parse_answers(std::string_view text) {
    ShapeParser parser(text);
    std::vector<Answer> answers = parser.answers();
    parser.end();
    return answers;
}

// A type as a table declares it; empty: none.
struct TypeText {
    std::string_view text;

    constexpr TypeText() = default;
    consteval TypeText(const char* declared) : text(declared) { parse_type(text); }
};

// The members of an object, without the braces; may be empty.
struct MembersText {
    std::string_view text;

    constexpr MembersText() = default;
    consteval MembersText(const char* declared) : text(declared) { parse_members(text); }
};

// What an endpoint takes beside its path: a body or parameters of the query.
struct Input {
    TypeText body;
    MembersText query;

    constexpr Input() = default;
    consteval Input(const char* declared_body) : body(declared_body) {}
};

consteval Input parameters(const char* declared) {
    Input input;
    input.query = MembersText(declared);
    return input;
}

struct AnswersText {
    std::string_view text;

    constexpr AnswersText() = default;
    consteval AnswersText(const char* declared) : text(declared) { parse_answers(text); }
};

}  // namespace banter::gateway::reference
