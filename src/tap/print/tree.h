// What JSON and YAML have in common: Describe -> [Tree] -> text. A frame is described once
// (describe.h) and written in either form.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <string_view>

namespace pdns::tap {

// Begins as an empty map. `key` is empty inside a list. Text may be any 7-bit printable text; words
// are our own: letters, digits, blanks and underscores that mean nothing else in YAML.
class Tree {
 public:
  virtual ~Tree() = default;

  virtual void BeginMap(std::string_view key) = 0;
  virtual void EndMap() = 0;
  virtual void BeginList(std::string_view key) = 0;
  virtual void EndList() = 0;
  virtual void Text(std::string_view key, std::string_view text) = 0;
  virtual void Word(std::string_view key, std::string_view word) = 0;
  virtual void Number(std::string_view key, std::uint64_t number) = 0;
  virtual void Time(std::string_view key, std::string_view iso) = 0;

  // Are records, flags and sizes to be taken apart (for programs), or text as dnstap-read has it?
  virtual bool in_parts() const = 0;
};

}  // namespace pdns::tap
