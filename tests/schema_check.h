// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: does a document obey docs/output-schema.json? Knows the part of JSON Schema which that
// file uses (type, const, enum, properties, required, additionalProperties, items, oneOf, $ref
// within the file, descriptions), and says so if it meets anything else.
#ifndef PTECHECK_TESTS_SCHEMA_CHECK_H
#define PTECHECK_TESTS_SCHEMA_CHECK_H

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace ptecheck {

namespace schema_detail {

using nlohmann::json;

inline bool hasType(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

class Checker {
 public:
  explicit Checker(const json& root) : root_(root) {}

  std::string check(const json& schema, const json& value, const std::string& where) const {
    for (const auto& [keyword, argument] : schema.items()) {
      const std::string why = checkKeyword(keyword, argument, schema, value, where);
      if (!why.empty()) return why;
    }
    return "";
  }

 private:
  std::string checkKeyword(const std::string& keyword, const json& argument, const json& schema,
                           const json& value, const std::string& where) const {
    if (keyword == "description" || keyword == "title" || keyword == "$schema" ||
        keyword == "$defs")
      return "";
    if (keyword == "$ref")
      return check(root_.at(json::json_pointer(argument.get<std::string>().substr(1))), value,
                   where);
    if (keyword == "const") return value == argument ? "" : where + " is not " + argument.dump();
    if (keyword == "enum")
      return std::find(argument.begin(), argument.end(), value) != argument.end()
                 ? ""
                 : where + " is none of " + argument.dump();
    if (keyword == "type") {
      const json types = argument.is_array() ? argument : json::array({argument});
      const bool fits = std::any_of(types.begin(), types.end(), [&](const json& type) {
        return hasType(value, type.get<std::string>());
      });
      return fits ? "" : where + " is not of type " + argument.dump();
    }
    if (keyword == "oneOf") {
      std::string reasons;
      int fits = 0;
      for (const json& choice : argument) {
        const std::string why = check(choice, value, where);
        why.empty() ? static_cast<void>(++fits) : static_cast<void>(reasons += why + "; ");
      }
      return fits == 1 ? "" : where + " fits " + std::to_string(fits) + " alternatives: " + reasons;
    }
    if (keyword == "required") {
      if (value.is_object())
        for (const json& key : argument)
          if (!value.contains(key.get<std::string>())) return where + " lacks " + key.dump();
      return "";
    }
    if (keyword == "properties") {
      if (value.is_object())
        for (const auto& [key, item] : value.items())
          if (argument.contains(key))
            if (std::string why = check(argument.at(key), item, where + "." + key); !why.empty())
              return why;
      return "";
    }
    if (keyword == "additionalProperties") {
      if (value.is_object())
        for (const auto& [key, item] : value.items()) {
          if (schema.contains("properties") && schema.at("properties").contains(key)) continue;
          if (argument == false) return where + " has an undocumented key '" + key + "'";
          if (std::string why = check(argument, item, where + "." + key); !why.empty()) return why;
        }
      return "";
    }
    if (keyword == "items") {
      if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
          if (std::string why = check(argument, value[i], where + "[" + std::to_string(i) + "]");
              !why.empty())
            return why;
      return "";
    }
    return "the schema uses '" + keyword + "', which this check does not know";
  }

  const json& root_;
};

}  // namespace schema_detail

// "" if `document` obeys `schema`, else the first place that does not, and why.
inline std::string whyInvalid(const nlohmann::json& schema, const nlohmann::json& document) {
  return schema_detail::Checker(schema).check(schema, document, "document");
}

}  // namespace ptecheck

#endif
