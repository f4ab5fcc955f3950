#include "protocol/fields.hpp"

#include <boost/json.hpp>

#include "protocol/json_parser.hpp"

namespace banter::protocol {

namespace json = boost::json;

const json::value* Fields::find(std::string_view name) const {
    const auto* value = object_->if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

void Fields::note(std::string_view name, std::string_view what_is_wrong) {
    if (problem_) return;
    std::string detail("The field '");
    detail.append(name).append("' ").append(what_is_wrong).append(".");
    problem_ = base::Problem{base::ErrorCode::invalid, std::move(detail), {}};
}

void Fields::missing(std::string_view name) {
    note(name, "is missing");
}

std::optional<std::string> Fields::optional_text(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* text = value->if_string()) return std::string(text->data(), text->size());
    note(name, "must be a string");
    return std::nullopt;
}

std::string Fields::text(std::string_view name) {
    auto given = optional_text(name);
    if (!given) missing(name);
    return std::move(given).value_or(std::string());
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* number = value->if_int64()) return *number;
    note(name, "must be a whole number");
    return std::nullopt;
}

std::optional<std::uint64_t> Fields::optional_number(std::string_view name) {
    const auto given = optional_integer(name);
    if (given && *given < 0) {
        note(name, "must not be negative");
        return std::nullopt;
    }
    if (!given) return std::nullopt;
    return static_cast<std::uint64_t>(*given);
}

std::uint64_t Fields::number(std::string_view name) {
    const auto given = optional_number(name);
    if (!given) missing(name);
    return given.value_or(0);
}

std::optional<bool> Fields::optional_flag(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* flag = value->if_bool()) return *flag;
    note(name, "must be true or false");
    return std::nullopt;
}

bool Fields::flag(std::string_view name) {
    const auto given = optional_flag(name);
    if (!given) missing(name);
    return given.value_or(false);
}

std::optional<base::Timestamp> Fields::optional_time(std::string_view name) {
    const auto written = optional_text(name);
    if (!written) return std::nullopt;
    const auto time = base::parse_rfc3339(*written);
    if (!time) note(name, "must be a time such as 2026-01-31T12:00:00.000Z");
    return time;
}

bool Fields::is_null(std::string_view name) const {
    const auto* value = object_->if_contains(name);
    return value != nullptr && value->is_null();
}

std::optional<Fields> Fields::optional_object(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* object = value->if_object()) return Fields(*object);
    note(name, "must be an object");
    return std::nullopt;
}

std::vector<Fields> Fields::objects(std::string_view name) {
    std::vector<Fields> result;
    const auto* value = find(name);
    const auto* array = value != nullptr ? value->if_array() : nullptr;
    if (array == nullptr) return result;
    for (const auto& item : *array) {
        if (const auto* object = item.if_object()) result.emplace_back(*object);
    }
    return result;
}

std::vector<std::uint64_t> Fields::numbers(std::string_view name, std::size_t max) {
    std::vector<std::uint64_t> result;
    const auto* value = find(name);
    if (value == nullptr) return result;
    const auto* array = value->if_array();
    if (array != nullptr && array->size() > max) {
        note(name, "has too many entries");
        return result;
    }
    bool good = array != nullptr;
    for (std::size_t i = 0; good && i < array->size(); ++i) {
        const auto* number = (*array)[i].if_int64();
        good = number != nullptr && *number >= 0;
        if (good) result.push_back(static_cast<std::uint64_t>(*number));
    }
    if (!good) {
        note(name, "must be a list of whole numbers that are not negative");
        result.clear();
    }
    return result;
}

std::vector<domain::UserId> Fields::users(std::string_view name, std::size_t max) {
    std::vector<domain::UserId> result;
    const auto* value = find(name);
    if (value == nullptr) return result;
    const auto* array = value->if_array();
    if (array == nullptr) {
        note(name, "must be a list of user ids");
        return result;
    }
    if (array->size() > max) {
        note(name, "has too many entries");
        return result;
    }
    for (const auto& item : *array) {
        const auto* text = item.if_string();
        const auto id =
            text ? domain::parse_id<domain::UserId>({text->data(), text->size()}) : std::nullopt;
        if (!id) {
            note(name, "must be a list of user ids");
            return {};
        }
        result.push_back(*id);
    }
    return result;
}

struct JsonDocument::Holder {
    json::value value;
};

JsonDocument::JsonDocument(std::unique_ptr<Holder> holder) : holder_(std::move(holder)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

base::Result<JsonDocument> JsonDocument::parse(std::string_view text) {
    auto value = parse_json_object(text, {});
    if (!value) return std::unexpected(value.error());
    auto holder = std::make_unique<Holder>();
    holder->value = std::move(*value);
    return JsonDocument(std::move(holder));
}

Fields JsonDocument::fields() const {
    return Fields(holder_->value.get_object());
}

}  // namespace banter::protocol
