#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/ids.hpp"

namespace banter::protocol {

// Checked access to the members of one JSON object. The first thing found wrong is kept and every
// later look-up answers an empty value, so a caller reads all fields and asks once for problem().
// A member that is null counts as absent; members nobody asks for are ignored.
class Fields {
public:
    // `object` must outlive this.
    explicit Fields(const boost::json::object& object) : object_(&object) {}

    std::string text(std::string_view name);
    std::optional<std::string> optional_text(std::string_view name);
    std::uint64_t number(std::string_view name);  // a whole number, 0 … 2^63-1
    std::optional<std::uint64_t> optional_number(std::string_view name);
    std::optional<std::int64_t> optional_integer(std::string_view name);
    bool flag(std::string_view name);
    std::optional<bool> optional_flag(std::string_view name);
    // RFC 3339, any offset from UTC; what is finer than a millisecond is cut off.
    std::optional<base::Timestamp> optional_time(std::string_view name);
    // Given, and null: for members where that is not the same as absent.
    bool is_null(std::string_view name) const;
    std::optional<Fields> optional_object(std::string_view name);

    template <class Id>
    Id id(std::string_view name) {
        const auto given = optional_id<Id>(name);
        if (!given) missing(name);
        return given.value_or(Id{});
    }
    template <class Id>
    std::optional<Id> optional_id(std::string_view name) {
        const auto written = optional_text(name);
        if (!written) return std::nullopt;
        const auto parsed = domain::parse_id<Id>(*written);
        if (!parsed) note(name, "must be an id as the server writes it");
        return parsed;
    }
    // The objects of a list; what else is in it is left out. Absent: empty.
    std::vector<Fields> objects(std::string_view name);
    // A list of at most `max` whole numbers, 0 … 2^63-1; absent: empty.
    std::vector<std::uint64_t> numbers(std::string_view name, std::size_t max);
    // A list of at most `max` user ids; absent: empty.
    std::vector<domain::UserId> users(std::string_view name, std::size_t max);

    void note(std::string_view name, std::string_view what_is_wrong);
    const std::optional<base::Problem>& problem() const { return problem_; }

private:
    const boost::json::value* find(std::string_view name) const;
    void missing(std::string_view name);

    const boost::json::object* object_;
    std::optional<base::Problem> problem_;
};

// A parsed JSON object that owns its memory, for HTTP bodies.
class JsonDocument {
public:
    // `invalid` for anything but one well-formed JSON object, nested at most 32 deep.
    static base::Result<JsonDocument> parse(std::string_view text);

    JsonDocument(JsonDocument&&) noexcept;
    JsonDocument& operator=(JsonDocument&&) noexcept;
    ~JsonDocument();

    Fields fields() const;

private:
    struct Holder;
    explicit JsonDocument(std::unique_ptr<Holder> holder);
    std::unique_ptr<Holder> holder_;
};

}  // namespace banter::protocol
