#include "ask/list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "unit/support/utf16.h"

namespace pdns::ask {
namespace {

TEST(ReadList, OneIndicatorALineInTheOrderOfTheIndex) {
  std::istringstream lines(
      "# comment\n"
      "www.blah.org\r\n"
      "\n"
      "  hxxp://a[.]example/x#y   # a word\n"
      "a..b\n"
      "192.0.2.1 # an address\n"
      "10.0.0.0/8");
  std::vector<std::string> bad;
  const auto list =
      ReadList(lines, [&](const std::string& place, std::string_view text, const Status& why) {
        EXPECT_EQ(text, "a..b");
        EXPECT_EQ(why.code(), Code::kUsage);
        bad.push_back(place);
      });
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(bad, std::vector<std::string>{"line 5"});
  std::vector<std::string> told;
  for (std::size_t i = 0; i < list->size(); ++i)
    told.push_back(std::to_string((*list)[i].line) + " " + std::string((*list)[i].text));
  EXPECT_EQ(told, (std::vector<std::string>{"4 hxxp://a[.]example/x#y", "2 www.blah.org",
                                            "7 10.0.0.0/8", "6 192.0.2.1"}));
}

TEST(ReadList, LinesThatEndWithCrAlone) {
  std::istringstream lines("www.blah.org\r# no\r192.0.2.1\r");
  const auto list =
      ReadList(lines, [](const std::string&, std::string_view, const Status&) { FAIL(); });
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].line, 1U);
  EXPECT_EQ((*list)[1].line, 3U);
}

// Of lists that block names; not of tables, whose first column is an address.
TEST(ReadList, LinesOfHostsFiles) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"0.0.0.0 ads.example", "ads.example"},
      {"127.0.0.1\tads.example  # a word", "ads.example"},
      {"::1 \t ads.example", "ads.example"},
      {":: ads.example", "ads.example"},
      {"0.0.0.0", "0.0.0.0"},
      {"::1", "::1"},
      {"127.0.0.1\tloopback", "127.0.0.1\tloopback"},
      {"127.0.0.1\tloopback\ta.example", "127.0.0.1\tloopback\ta.example"},
      {"127.0.0.1,ads.example", "127.0.0.1,ads.example"},
      {"10.0.0.1\tads.example", "10.0.0.1\tads.example"}};
  for (const auto& [line, wanted] : cases) {
    std::istringstream text(line);
    const auto list =
        ReadList(text, [](const std::string&, std::string_view, const Status&) { FAIL(); });
    ASSERT_TRUE(list.ok());
    ASSERT_EQ(list->size(), 1U) << line;
    EXPECT_EQ((*list)[0].text, wanted);
  }
}

// One word, in place of one for each line.
TEST(ReadList, WhatIsNoTextIsRefusedWhole) {
  const std::string utf16 = testing::Utf16(u"www.blah.org\n192.0.2.1\n", false);
  std::string utf32;
  for (const char letter : std::string("www.blah.org\n")) utf32.append(3, '\0') += letter;
  const std::vector<std::pair<std::string, std::string>> cases{
      {"\x1f\x8b\x08rest", "it is compressed (gzip): unpack it first"},
      {"\xfd\x37zXZ rest", "it is compressed (xz): unpack it first"},
      {"\x28\xb5\x2f\xfd rest", "it is compressed (zstd): unpack it first"},
      {"BZh91AY", "it is compressed (bzip2): unpack it first"},
      {"\x04\x22\x4d\x18 rest", "it is compressed (lz4): unpack it first"},
      {"PK\x03\x04 rest", "it is compressed (zip, as are workbooks): unpack it first"},
      {utf16, "it is no text in UTF-8, or in UTF-16 with its mark: save it as UTF-8"},
      {utf32, "it is no text in UTF-8, or in UTF-16 with its mark: save it as UTF-8"},
      {std::string("\xff\xfe\0\0", 4) + utf32.substr(3) + std::string(3, '\0'),
       "it is no text in UTF-8, or in UTF-16 with its mark: save it as UTF-8"}};
  for (const auto& [bytes, words] : cases) {
    std::istringstream text(bytes);
    const auto list =
        ReadList(text, [](const std::string&, std::string_view, const Status&) { FAIL(); });
    EXPECT_EQ(list.status().code(), Code::kNoInput) << words;
    EXPECT_EQ(list.status().message(), words);
  }
  // A byte that does not belong there makes one bad line.
  std::istringstream text(std::string("www.blah\0.org\n192.0.2.1\n", 24));
  std::size_t bad = 0;
  const auto list =
      ReadList(text, [&](const std::string&, std::string_view, const Status&) { ++bad; });
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(list->size(), 1U);
  EXPECT_EQ(bad, 1U);
}

TEST(ReadList, TheSameTwiceIsAnsweredTwice) {
  std::istringstream lines("a.org\na.org\n");
  const auto list =
      ReadList(lines, [](const std::string&, std::string_view, const Status&) { FAIL(); });
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].line, 1U);
  EXPECT_EQ((*list)[1].line, 2U);
}

// As editors and spreadsheets write them.
TEST(ReadList, MarksAtTheBeginningAndLinesOfAllKinds) {
  const std::string plain =
      "www.blah.org\r\n- 192.0.2.1\n\nb\xc3\xbc"
      "ro.de\n# no\n\"x.org\",bad,1";
  const auto utf16 = [](bool big) {
    return testing::Utf16(
        u"\ufeffwww.blah.org\r\n- 192.0.2.1\n\nb\u00fcro.de\n# no\n\"x.org\",bad,1", big);
  };
  for (const std::string& bytes :
       {plain, plain + "\n", "\xef\xbb\xbf" + plain, utf16(false), utf16(true)}) {
    std::istringstream lines(bytes);
    const auto list =
        ReadList(lines, [](const std::string& place, std::string_view text, const Status& why) {
          ADD_FAILURE() << place << " " << text << why.message();
        });
    ASSERT_TRUE(list.ok());
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < list->size(); ++i) numbers.push_back((*list)[i].line);
    std::sort(numbers.begin(), numbers.end());
    EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 2, 4, 6})) << bytes;
  }
  for (const char* little : {"", "\n", "a", "a\n", "ab", "ab\n", "\xef\xbb\xbf", "\xff\xfe",
                             "\xff\xfe\x00", "\xff\xfe\x00\xd8"}) {
    std::istringstream lines{std::string(little)};
    EXPECT_TRUE(ReadList(lines, [](const std::string&, std::string_view, const Status&) {}).ok());
  }
  std::istringstream three("abc\nabd");
  EXPECT_EQ(ReadList(three, [](const std::string&, std::string_view, const Status&) {})->size(),
            2U);
}

TEST(ReadList, ASignInsideOfQuotesBeginsNoComment) {
  std::istringstream lines("\"a # b\",\"www.blah.org\",\"# c\" # d\n\"x.org # y\nz.org # \"\n");
  const auto list = ReadList(lines, [](const std::string& place, std::string_view text,
                                       const Status&) { ADD_FAILURE() << place << text; });
  ASSERT_TRUE(list.ok());
  std::vector<std::string> told;
  for (std::size_t i = 0; i < list->size(); ++i) told.emplace_back((*list)[i].text);
  EXPECT_EQ(told,
            (std::vector<std::string>{"\"a # b\",\"www.blah.org\",\"# c\"", "\"x.org", "z.org"}));
}

TEST(ReadList, AJsonDocumentByItsValues) {
  std::istringstream json(
      R"({"response": {"Attribute": [{"type": "domain", "value": "b.org"},
          {"type": "md5", "value": "d41d8cd98f00b204e9800998ecf8427e"},
          {"type": "domain|ip", "value": "a..b|192.0.2.1"}, {"type": "url", "value": "http://a.org/#x"}]}})");
  std::vector<std::string> bad;
  const auto list =
      ReadList(json, [&](const std::string& place, std::string_view text, const Status&) {
        bad.push_back(place + " " + std::string(text));
      });
  ASSERT_TRUE(list.ok());
  std::vector<std::string> told;
  for (std::size_t i = 0; i < list->size(); ++i)
    told.push_back(std::to_string((*list)[i].line) + " " + std::string((*list)[i].text));
  EXPECT_EQ(told, (std::vector<std::string>{"4 http://a.org/#x", "1 b.org", "3 192.0.2.1"}));
  EXPECT_EQ(bad, std::vector<std::string>{"response.Attribute[2].value a..b"});
  EXPECT_EQ(list->passed_over(), 1U);
  std::istringstream cut(R"({"Attribute": [{"type": "domain", "value": "b.org"})");
  EXPECT_EQ(
      ReadList(cut, [](const std::string&, std::string_view, const Status&) {}).status().code(),
      Code::kNoInput);
}

struct Told {
  Status status;
  std::vector<std::string> asked;  // "line text", by line
  std::vector<std::string> bad;    // "place: text"
  std::vector<std::string> notes;
};

Told TellOf(const std::string& text) {
  std::istringstream in(text);
  Told told;
  const auto list =
      ReadList(in, [&](const std::string& place, std::string_view one, const Status& why) {
        EXPECT_EQ(why.code(), Code::kUsage);
        told.bad.push_back(place + ": " + std::string(one));
      });
  told.status = list.status();
  if (!list.ok()) return told;
  told.notes = list->notes();
  for (std::size_t i = 0; i < list->size(); ++i)
    told.asked.push_back(std::to_string((*list)[i].line) + " " + std::string((*list)[i].text));
  std::stable_sort(told.asked.begin(), told.asked.end(),
                   [](const auto& a, const auto& b) { return std::stoul(a) < std::stoul(b); });
  return told;
}

using Texts = std::vector<std::string>;

TEST(ReadList, CommentsOfOtherKinds) {
  const Told told = TellOf(
      "// a word\n//www.blah.org\nwww.blah.org // why\n;; ANSWER SECTION:\n; a word\n"
      "! Title: x.org\nhttp://a.org//b\n   // c\n;b.org\nc.org//d\n");
  EXPECT_EQ(told.asked, (Texts{"3 www.blah.org", "7 http://a.org//b", "9 ;b.org", "10 c.org//d"}));
  EXPECT_EQ(told.bad, Texts{});
}

TEST(ReadList, TheColumnsThatAHeadingNames) {
  const Told table = TellOf(
      "date,address,name\n2026-11-22,205.150.150.140,www.blah.org\n2026-11-23,-,\"blah.org\"\n"
      "2026-11-24,,\n");
  EXPECT_EQ(table.asked, (Texts{"2 www.blah.org", "2 205.150.150.140", "3 blah.org"}));
  EXPECT_EQ(table.bad, Texts{});
  EXPECT_EQ(table.notes,
            (Texts{"heading in line 1: asking for columns 2 ('address') and 3 ('name')",
                   "1 lines have no indicator in these columns"}));
  // As a feed of URLs has it: its links of its own are not asked for.
  const Told feed = TellOf(
      "# a feed\n# id,dateadded,url,url_status,link\n"
      "\"1\",\"2026-11-22 18:41:16\",\"http://a.org/x,y\",\"online\",\"https://feed.example/1\"\n");
  EXPECT_EQ(feed.asked, Texts{"3 http://a.org/x,y"});
  EXPECT_EQ(feed.notes, Texts{"heading in line 2: asking for column 3 ('url')"});
  const Told zeek = TellOf(
      "#separator \\x09\n#set_separator\t,\n#fields\tts\tid.orig_h\tquery\tanswers\n"
      "#types\ttime\taddr\tstring\tvector[string]\n"
      "1795372876.1\t10.0.0.1\twww.blah.org\t205.150.150.140,b.org\n"
      "1795372877.1\t10.0.0.1\t-\t-\n#close\t2026-11-22-19-00-00\n");
  EXPECT_EQ(zeek.asked, Texts{"5 www.blah.org"});
  EXPECT_EQ(zeek.bad, Texts{});
  const Told alone = TellOf("Domain\r\nwww.blah.org\r\nblah.org,x\r\n");
  EXPECT_EQ(alone.asked, (Texts{"2 www.blah.org", "3 blah.org,x"}));
  EXPECT_EQ(alone.bad, Texts{});
}

// What is below no heading, or has other columns than its heading.
TEST(ReadList, WithoutAHeadingTheFirstColumnThatIsOne) {
  const Told told = TellOf("2026-11-22;www.blah.org;bad\n1,b.org\n2,c.org\n");
  EXPECT_EQ(told.asked, (Texts{"1 2026-11-22;www.blah.org;bad", "2 1,b.org", "3 2,c.org"}));
  EXPECT_EQ(told.notes,
            Texts{"line 1 has several columns: '2026-11-22;www.blah.org;bad': asking for "
                  "www.blah.org; likewise others"});
  const Told mixed = TellOf("# domain, ip\nwww.blah.org\nb.org,192.0.2.1\nx,y,c.org\n");
  EXPECT_EQ(mixed.asked, (Texts{"2 www.blah.org", "3 b.org", "3 192.0.2.1", "4 x,y,c.org"}));
  EXPECT_EQ(TellOf("x,y\n").bad, Texts{"line 1: x,y"});
  EXPECT_EQ(TellOf("www.blah.org\ndomain\n").asked, (Texts{"1 www.blah.org", "2 domain"}));
  std::string wide = "ip";
  for (int i = 0; i < 1000; ++i) wide += ",ip";
  const Told many = TellOf(wide + "\n");
  ASSERT_EQ(many.notes.size(), 1U);
  EXPECT_TRUE(many.notes[0].ends_with(" and 993 more")) << many.notes[0];
  std::string headings;
  for (int i = 0; i < 1000; ++i) headings += "ip,x" + std::to_string(i) + ",url\nip,url\n";
  EXPECT_LE(TellOf(headings).notes.size(), List::kMostNotes);
}

TEST(ReadList, AJsonObjectALine) {
  const Told told = TellOf(
      "{\"domain\":\"a.org\"}\n{\"domain\":\"b.org // # x\"}\n\n{\"domain\":\"c.org\"\n"
      "{\"ip\":\"192.0.2.1\",\"x\":\"\\\"#\"}\n{\"other\":1}\nd.org\n[\"e.org\",\"f.org\"]\n"
      "{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\"g.org\"}]}}\n");
  EXPECT_TRUE(told.status.ok()) << told.status.message();
  EXPECT_EQ(told.asked,
            (Texts{"1 a.org", "5 192.0.2.1", "7 d.org", "8 e.org", "8 f.org", "9 g.org"}));
  EXPECT_EQ(told.bad, (Texts{"line 2: domain: b.org // # x", "line 4: {\"domain\":\"c.org\""}));
  EXPECT_EQ(told.notes, Texts{"JSON: asking for the values of 'domain', 'ip'"});
  const Told cut = TellOf("{\"rrname\":\"a.org.\"}\n{\"rrname\":\"b.org.\"}\n{\"rrna");
  EXPECT_EQ(cut.asked, (Texts{"1 a.org.", "2 b.org."}));
  EXPECT_EQ(cut.bad.size(), 1U);
  // Nothing that is one: of another kind, as one such document is.
  EXPECT_EQ(TellOf("{\"a\":1}\n{\"b\":2}\n").status.code(), Code::kNoInput);
  EXPECT_EQ(TellOf("{\"a\":1}\n").status.code(), Code::kNoInput);
  // Pretty-printed, one behind the other.
  EXPECT_EQ(TellOf("{\n  \"domain\": \"a.org\"\n}\n{\n  \"domain\": \"b.org\"\n}\n").asked,
            (Texts{"1 a.org", "2 b.org"}));
  EXPECT_EQ(TellOf("[\n  \"a.org\",\n  \"b.org\"\n]\n").asked, (Texts{"1 a.org", "2 b.org"}));
}

// A line without an end is no reason to hold it whole, nor is what stands behind it lost.
TEST(ReadList, NoMoreThanSoManyOfLinesAndOfJson) {
  const auto code_of = [](const std::string& text, std::uint64_t most) {
    std::istringstream in(text);
    const auto list = ReadList(
        in, [](const std::string&, std::string_view, const Status&) {}, most);
    return list.ok() ? Code::kOk : list.status().code();
  };
  const std::string lines = "a.org\n# a word\n\nb..org\nc.org\n";  // three, one of them bad
  EXPECT_EQ(code_of(lines, 3), Code::kOk);
  EXPECT_EQ(code_of(lines, 2), Code::kUsage);
  const std::string json =
      R"({"objects":[{"type":"domain-name","value":"a.org"},{"type":"file"},)"
      R"({"type":"domain-name","value":"b..org"},{"type":"domain-name","value":"c.org"}]})";
  EXPECT_EQ(code_of(json, 3), Code::kOk);
  EXPECT_EQ(code_of(json, 2), Code::kUsage);
  EXPECT_EQ(code_of(json.substr(0, json.size() - 1), 1), Code::kNoInput) << "cut, and too long";
}

TEST(ReadList, ALineThatIsTooLong) {
  std::istringstream lines(std::string(std::size_t{8} << 20, 'x') + "\na.org\n");
  std::size_t longest = 0;
  const auto list =
      ReadList(lines, [&](const std::string& place, std::string_view text, const Status&) {
        EXPECT_EQ(place, "line 1");
        longest = text.size();
      });
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(longest, std::size_t{1} << 20);
  ASSERT_EQ(list->size(), 1U);
  EXPECT_EQ((*list)[0].line, 2U);
}

}  // namespace
}  // namespace pdns::ask
