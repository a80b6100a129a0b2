"""A courier's telephone: what happened is kept while the network is away, and counts once when it is back."""

from pathlib import Path

from hub.service import UI
from tests.support.browser import Screen, expect
from tests.support.facts import DOCK
from tests.support.hubweb import PASSWORD
from tests.support.rounds import COURIER, doors, planned


def test_what_a_courier_says_without_a_network_is_sent_when_it_is_back_and_counts_once(tmp_path: Path, chrome) -> None:
    (tmp_path / "dist").symlink_to(UI)
    with doors(tmp_path) as hub:
        planned(hub)
        screen = Screen(chrome, hub.web.url, width=360, height=740)
        screen.open()
        page = screen.sign_in(COURIER, PASSWORD)
        taking = page.get_by_role("button", name="I have these: 2")
        expect(taking).to_be_visible()
        assert screen.overflow_at_rest_px() <= 0

        screen.context.set_offline(True)
        taking.click()
        page.get_by_role("button", name="Given", exact=True).click()
        page.get_by_role("button", name="To a neighbour").click()
        page.get_by_role("button", name="Given: 1").click()
        page.get_by_role("button", name="Nobody there").click()
        page.get_by_role("dialog").get_by_role("button", name="Wrong address").click()
        page.get_by_role("button", name="Handed in at wh-1: 1").click()
        expect(page.get_by_text("4 not sent yet")).to_be_visible()
        expect(page.get_by_text("This round is done")).to_be_visible()
        assert hub.facts() == 0
        page.close()

        heard = []

        def lose_the_first_answer(route) -> None:
            answer = route.fetch()
            heard.append(answer.status)
            if len(heard) == 1:
                route.abort()
            else:
                route.fulfill(response=answer)

        screen.context.set_offline(False)
        page = screen.context.new_page()
        page.route("**/outcomes", lose_the_first_answer)
        page.goto(hub.web.url)
        expect(page.get_by_text("Everything is sent")).to_be_visible()
        assert heard == [200, 200], "the hub heard it twice"
        assert hub.facts() == 5
        assert [hub.where(each) for each in hub.parcels] == ["virtual:with-recipient", DOCK]
        screen.close()
