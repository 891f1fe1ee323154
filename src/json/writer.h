// JSON as text: values in their order -> [Writer] -> one document without blanks or line ends, or
// lines of documents.
//
// Guest: RapidJSON, which no other room sees. Bytes of a text that JSON does not allow as they are
// (control characters, quotes, backslashes) are escaped; all others are written as they are, so
// that a text that is not UTF-8 gives a document that is not (ValidUtf8 in json/utf8.h mends it).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pdns::json {

// The caller keeps to JSON's grammar: a key before each value of an object, what is begun is ended.
// Memory: the text, and what was needed for the longest text so far. One thread at a time.
class Writer {
 public:
  Writer();
  ~Writer();
  Writer(Writer&& other) noexcept;
  Writer& operator=(Writer&& other) noexcept;

  // Values: the document itself, an element of an array, or what the last Key names.
  void BeginObject();
  void EndObject();
  void BeginArray();
  void EndArray();
  void Key(std::string_view key);
  void Text(std::string_view text);
  void Number(std::uint64_t number);
  void Real(double number);  // finite
  void Bool(bool truth);

  // A member of an object: its key, then its value. A time is seconds since 1970.
  void BeginObject(std::string_view key);
  void BeginArray(std::string_view key);
  void Text(std::string_view key, std::string_view text);
  void Number(std::string_view key, std::uint64_t number);
  void Real(std::string_view key, double number);
  void Bool(std::string_view key, bool truth);
  void Time(std::string_view key, std::chrono::sys_seconds time);

  // The document is whole: ends its line. Another one may follow.
  void EndLine();

  // What was written since the last Clear. Good until the next call of another function.
  std::string_view text() const;

  // Forgets the text and keeps its memory.
  void Clear();

 private:
  struct Guest;
  std::unique_ptr<Guest> guest_;
};

}  // namespace pdns::json
