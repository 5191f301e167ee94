// sim/components/README.md says which test shows what; every one of them has to be there, and every kind has to be in
// it.
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QtTest>

#include "model/catalog.h"

using namespace faultline;

namespace {

QString textOf(const QString& path) {
  QFile file(QStringLiteral(FAULTLINE_SOURCE_DIR "/") + path);
  return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// `sim.components.cache` is tests/sim/components/cache_test.cpp.
QString sourceOf(QString program) { return "tests/" + program.replace('.', '/') + "_test.cpp"; }

}  // namespace

class BehavioursTest : public QObject {
  Q_OBJECT

 private slots:
  void everyKindHasItsTable() {
    const QString page = textOf("sim/components/README.md");
    QVERIFY(!page.isEmpty());
    for (const ComponentInfo* kind : catalog())
      QVERIFY2(page.contains(QStringLiteral("\n## %1\n").arg(kind->kind)), kind->kind);
  }

  void whatItNamesExists() {
    static const QRegularExpression kNamed("`([a-z_]+(?:\\.[a-z_]+)+ )?([a-z][A-Za-z]+)`");
    QString program;
    int found = 0;
    QStringList missing;
    for (const QString& line : textOf("sim/components/README.md").split('\n')) {
      if (line.startsWith("## ")) program = "sim.components." + line.mid(3);
      if (!line.startsWith('|')) continue;
      const QString cell = line.section('|', 2, 2);
      for (auto match = kNamed.globalMatch(cell); match.hasNext();) {
        const QRegularExpressionMatch named = match.next();
        const QString owner = named.captured(1).isEmpty() ? program : named.captured(1).trimmed();
        ++found;
        if (!textOf(sourceOf(owner)).contains("  void " + named.captured(2) + "() {"))
          missing << owner + " " + named.captured(2);
      }
    }
    QVERIFY2(missing.empty(), qPrintable(missing.join(", ")));
    QVERIFY(found > 200);
  }
};

QTEST_APPLESS_MAIN(BehavioursTest)
#include "behaviours_test.moc"
