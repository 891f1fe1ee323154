#include "dns/presentation/idn.h"

#include <gtest/gtest.h>

#include <string>

namespace pdns::dns {
namespace {

TEST(Idn, OtherScriptsBecomeALabels) {
  EXPECT_EQ(ToAscii("bücher.de"), "xn--bcher-kva.de");
  EXPECT_EQ(ToAscii("BÜCHER.de."), "xn--bcher-kva.de.");
  EXPECT_EQ(ToAscii("bu\u0308cher.de"), "xn--bcher-kva.de");
  EXPECT_EQ(ToAscii("straße.de"), "xn--strae-oqa.de");  // non-transitional: not strasse
  EXPECT_EQ(ToAscii("почта.рф"), "xn--80a1acny.xn--p1ai");
  EXPECT_EQ(ToAscii("例え。テスト"), "xn--r8jz45g.xn--zckzah");
  EXPECT_EQ(ToAscii("ｗｗｗ．example｡org"), "www.example.org");
}

TEST(Idn, AsciiLabelsStayAsTheyAre) {
  EXPECT_EQ(ToAscii(""), "");
  EXPECT_EQ(ToAscii("Www.Blah.org."), "Www.Blah.org.");
  EXPECT_EQ(ToAscii("a\\.b..*"), "a\\.b..*");
  EXPECT_EQ(ToAscii("*.bücher.de"), "*.xn--bcher-kva.de");
  EXPECT_EQ(ToAscii("+.bücher.de"), "+.xn--bcher-kva.de");
  EXPECT_EQ(ToAscii("_dmarc.bücher.de"), "_dmarc.xn--bcher-kva.de");
  EXPECT_EQ(ToAscii("www.bücher.*"), "www.xn--bcher-kva.*");
  EXPECT_EQ(ToAscii("pay*.рф"), "pay*.xn--p1ai");
}

TEST(Idn, NothingForWhatIsNoName) {
  for (const std::string& text :
       {std::string("\xff.org"), std::string("\xc3.org"), std::string("bü*.de"),
        std::string("b\\252cher.ü"), std::string("ü\0.org", 7), std::string("\u2028.org"),
        std::string("ü b.org"), std::string("☃.net"), std::string("\u202ea.org"),
        "ü" + std::string(70, 'a')}) {
    EXPECT_EQ(ToAscii(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace pdns::dns
