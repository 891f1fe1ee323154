#include "serve/common/answering.h"

namespace pdns::serve {

int HttpStatus(Code code) {
  if (code == Code::kUsage) return 400;
  return code == Code::kNoInput ? 404 : 503;
}

void RefuseNoRowsLeft(Body& body) {
  body.AddHeader("Retry-After", "1");
  body.Refuse(429, kNoRowsLeft);
}

}  // namespace pdns::serve
