#include "tools/common/phrase.h"

#include "base/log.h"

namespace pdns::tools {

std::string Phrased(const Status& status) {
  switch (status.remedy()) {
    case Remedy::kRepair:
      return status.message() +
             "; pdns-ingest --repair goes on with what is whole, see pdns-ingest(1)";
    case Remedy::kPattern:
      return status.message() + "; --glob and --regex take patterns of any form";
    case Remedy::kNone:
      break;
  }
  return status.message();
}

int Refuse(const Status& status) {
  LogError(Phrased(status));
  return ExitCode(status.code());
}

}  // namespace pdns::tools
