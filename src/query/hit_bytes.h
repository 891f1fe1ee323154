// A hit as bytes, while a sort has it in memory or on disk: Hit -> [AppendHit] -> bytes ->
// [ReadHit] -> Hit. Never read by another process.
//
// Functions: any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "query/hit.h"

namespace pdns::query {

// All but what was asked and the path.
void AppendHit(std::string& out, const Hit& hit);

// To the end of the bytes, of which its views are good as long. Fails the cursor on what AppendHit
// would not write.
Hit ReadHit(Cursor& cursor);

}  // namespace pdns::query
