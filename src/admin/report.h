// What a command tells at its end: names and values in their order -> [Report] -> aligned text for
// a person, or one JSON object.
//
// A value. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pdns::admin {

class Report {
 public:
  // A name is words of a-z, "rows removed"; its key in JSON is "rows_removed". Each once.
  void Number(std::string_view name, std::uint64_t number);
  void Flag(std::string_view name, bool truth);
  // Bytes that are not UTF-8 or cannot be printed are escaped.
  void Text(std::string_view name, std::string_view text);
  // Lines below the name; an array of texts in JSON.
  void Texts(std::string_view name, std::vector<std::string> texts);

  // A line each, names to the left, values behind them.
  std::string text() const;
  // One line, without its end: {"command":"...", ...}.
  std::string json(std::string_view command) const;

 private:
  struct Line {
    enum class Kind : std::uint8_t { kNumber, kFlag, kText, kTexts };
    std::string name;
    Kind kind;
    std::uint64_t number = 0;  // of a flag 0 or 1
    std::vector<std::string> texts{};
  };
  std::vector<Line> lines_;
};

}  // namespace pdns::admin
