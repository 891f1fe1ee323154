#include "render/list.h"

#include <gtest/gtest.h>

#include <string>

#include "ask/question.h"
#include "store/selection.h"
#include "unit/render/formatted.h"

namespace pdns::render {
namespace {

using record::RrType;

std::string Label(const std::string& text) { return static_cast<char>(text.size()) + text; }

record::OwnedTuple OfOwner(const std::string& wire) {
  return {record::Name::FromWire(AsBytes(wire)).value(), RrType::kA, "\1\2\3\4"};
}

std::string LineOf(const std::string& wire) {
  Formatted names("names");
  names.Add(OfOwner(wire), Seen(0, 0, 1));
  const std::string text = names.Finish();
  return text.substr(0, text.find('\n'));
}

// Every byte, at every end of a label and of a name.
TEST(List, NamesAreReadAsWhatTheyAre) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (byte >= 'A' && byte <= 'Z') continue;  // names are kept in small letters
    const std::string c(1, static_cast<char>(byte));
    for (const std::string& wire :
         {Label("a" + c + "b") + Label("example"), Label(c + "b") + Label("example"),
          Label("a" + c) + Label("example"), Label("www") + Label("ex" + c), Label(c),
          Label(c) + Label("www") + Label("example"), Label("www") + Label(c + c) + Label("org"),
          Label("1") + Label("2") + Label("3") + Label("4" + c)}) {
      const std::string name = wire + '\0';
      const std::string line = LineOf(name);
      if (line.starts_with("*.")) continue;  // read as a wildcard
      const auto question = ask::AskName(line);
      ASSERT_TRUE(question.ok()) << line << ": " << question.status().message();
      EXPECT_EQ(question->side, store::Side::kOwner) << line;
      EXPECT_EQ(question->span.lo, store::NameSpan(AsBytes(name)).lo) << line;
    }
  }
}

TEST(List, NamesOfEveryDayStayAsTheyAre) {
  const auto plain = [](const std::string& first, const std::string& second) {
    return LineOf(Label(first) + Label(second) + Label("arpa") + '\0');
  };
  EXPECT_EQ(plain("www", "example"), "www.example.arpa.");
  EXPECT_EQ(plain("_dmarc", "xn--bro-hoa"), "_dmarc.xn--bro-hoa.arpa.");
  EXPECT_EQ(plain("7", "0/25"), "7.0/25.arpa.");
  EXPECT_EQ(plain("*", "a,b"), "*.a\\044b.arpa.");
  EXPECT_EQ(LineOf(Label("192") + Label("0") + Label("2") + Label("1") + '\0'), "192.0.2.\\049.");
  EXPECT_EQ(LineOf(std::string(1, '\0')), ".");
}

}  // namespace
}  // namespace pdns::render
