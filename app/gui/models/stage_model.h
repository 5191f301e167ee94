// The stages of an incident, a row each, in the order in which they are told; and what misled.
//
// Thread safety: the window's thread.
#pragma once

#include <QAbstractListModel>

#include "metrics/explanation.h"

namespace faultline {

class StageModel : public QAbstractListModel {
  Q_OBJECT

 public:
  enum Role {
    OnsetRole = Qt::UserRole,  // ns
    PlaceRole,                 // name of the node or edge
    IsEdgeRole,
    MetricRole,  // column of the series, or what was derived from several
    WhatRole,    // what happened there, without the place
    ReasonRole,  // because of which stages; empty for a trigger
    HealedRole,  // ns; nothing: not by the end
    IsTriggerRole,
    MisleadsRole,  // "latest" or "loudest" in words; empty
    HarmsRole,
    SystemRole,  // of the first stage of each where several systems broke: its name
  };

  explicit StageModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}

  void setExplanation(Explanation explanation);
  const Explanation& explanation() const { return explanation_; }
  const Stage& stage(int row) const { return explanation_.stages[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  QString systemBegunBy(std::size_t stage) const;
  QString misleads(std::size_t stage) const;

  Explanation explanation_;
};

}  // namespace faultline
