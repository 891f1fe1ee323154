#include "tools/common/phrase.h"

#include <gtest/gtest.h>

namespace pdns::tools {
namespace {

TEST(Phrased, TheMessageAndWhatOptionsCanDoAboutIt) {
  EXPECT_EQ(Phrased(Status::Io("x: broken")), "x: broken");
  EXPECT_EQ(Phrased(Status::Corrupt("x: damaged").With(Remedy::kRepair)),
            "x: damaged; pdns-ingest --repair goes on with what is whole, see pdns-ingest(1)");
  EXPECT_EQ(Phrased(Status::Usage("'a*b*c'").With(Remedy::kPattern)),
            "'a*b*c'; --glob and --regex take patterns of any form");
}

}  // namespace
}  // namespace pdns::tools
