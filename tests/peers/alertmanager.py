"""An Alertmanager of our own that tells one webhook, again and again."""

from slmo.embedded.checks import port_free
from tests.peers.http_json import fetch
from tests.peers.packages import program
from tests.peers.running import House

_CONFIG = """
route: {{receiver: portal, group_by: [alertname], group_wait: 500ms, group_interval: 1s, repeat_interval: 2s}}
receivers:
  - name: portal
    webhook_configs:
      - url: "{url}"
        send_resolved: true
        http_config: {{authorization: {{credentials: "{secret}"}}}}
"""


class Alertmanager:
    """A running Alertmanager; whom it tells is said later."""

    def __init__(self, house: House) -> None:
        """Start it with nobody to tell."""
        self.house, self.room = house, house.room("alertmanager")
        port = port_free()
        self.address = f"127.0.0.1:{port}"
        self.url = f"http://{self.address}"
        config = self._configure("http://127.0.0.1:9/", "nobody")
        house.start(
            "alertmanager", program("prometheus-alertmanager"), f"--config.file={config}",
            f"--storage.path={self.room / 'data'}", f"--web.listen-address={self.address}", "--cluster.listen-address=",
            ready=lambda: fetch(f"{self.url}/-/ready"),
        )  # fmt: skip

    def tell(self, url: str, secret: str) -> None:
        """Tell this address from now on."""
        self._configure(url, secret)
        fetch(f"{self.url}/-/reload", method="POST")

    def _configure(self, url: str, secret: str):
        return self.house.give(self.room / "alertmanager.yml", _CONFIG.format(url=url, secret=secret))
