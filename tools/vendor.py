#!/usr/bin/env python3
"""Refresh static/vendor and static/icons.svg from npm: `tools/vendor.py` (needs npm, and nothing else).

Everything that a page loads is kept in the repository, so that neither a build step nor another host is needed.
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
PACKAGES = {
    "htmx.org@2": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE"},
    "@tabler/core@1": {"dist/css/tabler.min.css": "tabler.min.css"},
    "echarts@6": {"dist/echarts.min.js": "echarts.min.js", "LICENSE": "echarts.LICENSE", "NOTICE": "echarts.NOTICE"},
    "@fontsource-variable/inter@5": {
        "files/inter-latin-opsz-normal.woff2": "inter-latin.woff2",
        "files/inter-latin-ext-opsz-normal.woff2": "inter-latin-ext.woff2",
        "files/inter-cyrillic-opsz-normal.woff2": "inter-cyrillic.woff2",
        "LICENSE": "inter.LICENSE",
    },
    "@tabler/icons@3": {"LICENSE": "tabler.LICENSE"},
}
ICONS = """
activity adjustments-horizontal alert-circle alert-octagon alert-triangle archive arrow-back-up arrow-down arrow-left
arrow-right arrow-up arrow-up-right arrows-diff arrows-sort ban bell book bolt building building-community
building-skyscraper calendar calendar-event calendar-off calendar-stats calendar-time category certificate chart-bar
chart-dots chart-line check checks checklist chevron-down chevron-left chevron-right chevron-up chevrons-left
chevrons-right circle circle-check circle-dashed circle-dot circle-x clipboard-check clipboard-list clock clock-hour-4
clock-pause cloud code coin columns compass copy copyright corner-down-right database database-import device-desktop
device-floppy dots dots-vertical download edit external-link eye eye-off file-analytics file-certificate file-check
file-code file-diff file-export file-import file-invoice file-text files filter flag flame folder gauge gavel git-compare
git-merge globe grid-dots heart-handshake hand-stop hash heartbeat help help-circle hierarchy hierarchy-2 history home
hourglass inbox info-circle key keyboard language layout-dashboard layout-grid layout-sidebar-left-collapse
layout-sidebar-left-expand lifebuoy link list list-check list-details lock lock-open login-2 logout mail mail-opened map-pin
math-function menu-2 message message-2 message-circle minus moon-stars note notes notification package paperclip
pencil photo player-pause player-play plug plus point printer progress-check question-mark quote radar refresh repeat
report report-analytics rotate route scale search send server server-2 settings shield shield-check shield-lock
shield-x signature sitemap sort-ascending sort-descending square-check stack-2 star sun table table-export tag target
target-arrow timeline timeline-event timeline-event-plus tool topology-star-3 trash trending-down trending-up trophy truck
urgent user user-check user-circle user-plus users users-group versions volume webhook world writing x zoom-in
""".split()


def package_unpack(name: str, folder: Path) -> tuple[str, Path]:
    """Download npm package `name` into `folder`; return its exact version and the unpacked folder."""
    archive = (
        subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True, capture_output=True, text=True)
        .stdout.strip()
        .splitlines()[-1]
    )
    target = folder / archive.removesuffix(".tgz")
    with tarfile.open(folder / archive) as tar:
        tar.extractall(target, filter="data")
    version = re.search(r'"version":\s*"([^"]+)"', (target / "package" / "package.json").read_text())
    if version is None:
        raise SystemExit(f"{name} names no version.")
    return version[1], target / "package"


def file_copy(source: Path, target: Path) -> None:
    """Copy one file; drop references to source maps, which are not shipped."""
    data = source.read_bytes()
    if source.suffix in {".js", ".css"}:
        data = re.sub(rb"(/\*#|//#) sourceMappingURL=.*", b"", data).rstrip() + b"\n"
    target.write_bytes(data)


def sprite_build(icons: Path) -> str:
    """Return one SVG that holds every icon of ICONS as a symbol `i-<name>`."""
    symbols = []
    for name in sorted(set(ICONS)):
        path = icons / f"{name}.svg"
        if not path.exists():
            raise SystemExit(f"Tabler has no outline icon named {name!r}.")
        inner = re.sub(r"\s+", " ", path.read_text().split(">", 1)[1].rsplit("</svg>", 1)[0]).strip()
        inner = inner.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" /> ', "").replace(" />", "/>")
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{inner.replace("> <", "><")}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    """Download every package and write the files and the table of their versions."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as work:
        for name, files in PACKAGES.items():
            version, folder = package_unpack(name, Path(work))
            for source, target in files.items():
                file_copy(folder / source, VENDOR / target)
            if name.startswith("@tabler/icons"):
                (ROOT / "static" / "icons.svg").write_text(sprite_build(folder / "icons" / "outline"))
            rows.append(f"| {name.rsplit('@', 1)[0]} | {version} | {', '.join(files.values())} |")
    table = "\n".join(["| package | version | files |", "|---|---|---|", *rows])
    (VENDOR / "README.md").write_text(
        "# What is vendored here\n\nWritten by `tools/vendor.py`; do not edit. `../icons.svg` holds the icons of"
        " @tabler/icons that the portal uses. Tabler's CSS and icons share one licence (MIT).\n\n" + table + "\n"
    )


if __name__ == "__main__":
    main()
