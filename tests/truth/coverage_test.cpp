// Every case of cases.yaml is either run or listed in waiting.md with what it waits for.
#include <QtTest>

#include "truth/truth.h"

using namespace faultline::truth;

class TruthCoverageTest : public QObject {
  Q_OBJECT
 private slots:
  void everyCaseIsRunOrListed() {
    const QDir dir(QString(FAULTLINE_SOURCE_DIR) + "/tests/truth");
    QString sources, waiting;
    for (const QString& name : dir.entryList({"*_test.cpp"})) {
      QFile file(dir.filePath(name));
      QVERIFY(file.open(QIODevice::ReadOnly));
      sources += file.readAll();
    }
    QFile list(dir.filePath("waiting.md"));
    QVERIFY(list.open(QIODevice::ReadOnly));
    waiting = list.readAll();
    QVERIFY(cases().size() > 100);
    for (const auto& [id, theCase] : cases()) {
      const QString name = QString::fromStdString(id);
      const bool isRun = sources.contains('"' + name + '"');
      const bool isListed = waiting.contains("- `" + name + "`:");
      QVERIFY2(isRun || isListed, id.c_str());
      QVERIFY2(!(isRun && isListed), id.c_str());
      // Of a case that is run, every metric is compared or listed.
      for (const Expected& e : theCase.expected) {
        const QString metric = QString::fromStdString(e.metric);
        const bool known =
            sources.contains('"' + metric + '"') || waiting.contains("  - " + name + " `" + metric + '`');
        QVERIFY2(isListed || known, (id + " " + e.metric).c_str());
      }
    }
  }
};

QTEST_APPLESS_MAIN(TruthCoverageTest)
#include "coverage_test.moc"
