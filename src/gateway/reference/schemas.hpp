#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/reference/shape.hpp"

// The types that the tables of endpoints and frames name, each described once, and how they are
// written as JSON Schema (2020-12) for OpenAPI and AsyncAPI. A name that no table has is a
// std::logic_error.
namespace banter::gateway::reference {

// Which names a document has used, so that it describes these and no others.
using UsedNames = std::set<std::string_view>;

// A name becomes `{"$ref": "#/components/schemas/NAME"}`.
void write_schema(std::string& out, const Type& type, UsedNames& used);

// The schema of an object; `frame`, unless empty, is the value of its member `type`.
void write_object_schema(std::string& out, std::span<const Member> members, UsedNames& used,
                         std::string_view frame = {});

// `{"id": {…}, "Chat": {…}}`: the schemas of these names and of all that these use.
void write_named_schemas(std::string& out, UsedNames used);

// The members, with those of NAME where it says "...NAME".
std::vector<Member> spread(std::span<const Member> members);

// What the {parameter} of a path is.
Type path_parameter(std::string_view name);

struct TypeDescription {
    std::string_view name;
    std::string shape;  // in the language of shape.hpp; of a scalar, the JSON type
    std::string_view summary;
};

// All of them, for the page for people.
std::vector<TypeDescription> described_types();

}  // namespace banter::gateway::reference
