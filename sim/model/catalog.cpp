#include "model/catalog.h"

namespace faultline {

const ComponentInfo& cacheInfo();
const ComponentInfo& circuitBreakerInfo();
const ComponentInfo& clientInfo();
const ComponentInfo& databaseInfo();
const ComponentInfo& loadBalancerInfo();
const ComponentInfo& queueInfo();
const ComponentInfo& replicaInfo();
const ComponentInfo& serviceInfo();

std::span<const ComponentInfo* const> catalog() {
  static const ComponentInfo* const kKinds[] = {
      &cacheInfo(),
      &circuitBreakerInfo(),
      &clientInfo(),
      &databaseInfo(),
      &loadBalancerInfo(),
      &queueInfo(),
      &replicaInfo(),
      &serviceInfo(),
  };
  return kKinds;
}

const ComponentInfo* findKind(std::string_view kind) {
  for (const ComponentInfo* info : catalog())
    if (kind == info->kind) return info;
  return nullptr;
}

}  // namespace faultline
