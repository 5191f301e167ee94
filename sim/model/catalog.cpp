#include "model/catalog.h"

namespace faultline {

const ComponentInfo& apiGatewayInfo();
const ComponentInfo& autoscalerInfo();
const ComponentInfo& bulkheadInfo();
const ComponentInfo& cacheInfo();
const ComponentInfo& circuitBreakerInfo();
const ComponentInfo& clientInfo();
const ComponentInfo& cronInfo();
const ComponentInfo& databaseInfo();
const ComponentInfo& functionInfo();
const ComponentInfo& loadBalancerInfo();
const ComponentInfo& loadShedderInfo();
const ComponentInfo& queueInfo();
const ComponentInfo& quorumInfo();
const ComponentInfo& rateLimiterInfo();
const ComponentInfo& replicaInfo();
const ComponentInfo& serviceInfo();
const ComponentInfo& shardRouterInfo();
const ComponentInfo& streamInfo();
const ComponentInfo& topicInfo();

std::span<const ComponentInfo* const> catalog() {
  static const ComponentInfo* const kKinds[] = {
      &apiGatewayInfo(),
      &autoscalerInfo(),
      &bulkheadInfo(),
      &cacheInfo(),
      &circuitBreakerInfo(),
      &clientInfo(),
      &cronInfo(),
      &databaseInfo(),
      &functionInfo(),
      &loadBalancerInfo(),
      &loadShedderInfo(),
      &queueInfo(),
      &quorumInfo(),
      &rateLimiterInfo(),
      &replicaInfo(),
      &serviceInfo(),
      &shardRouterInfo(),
      &streamInfo(),
      &topicInfo(),
  };
  return kKinds;
}

const ComponentInfo* findKind(std::string_view kind) {
  for (const ComponentInfo* info : catalog())
    if (kind == info->kind) return info;
  return nullptr;
}

}  // namespace faultline
