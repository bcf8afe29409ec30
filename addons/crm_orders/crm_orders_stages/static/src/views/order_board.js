import { onWillUnmount, useExternalListener } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

/** Milliseconds in which moves are gathered, and by which boards ask one after another. */
const GATHERING = 400;
const SPREAD = 600;

/**
 * The board shows by itself what others do: the server tells that orders have moved, and
 * the board asks for what its user may see of them. Many moves cause one question, and a
 * card that is being dragged or is selected is not taken out of the user's hand.
 */
export class OrderBoardController extends KanbanController {
    setup() {
        super.setup();
        const bus = useService("bus_service");
        this.refreshTimer = null;
        const onMoved = () => this.refreshSoon();
        bus.subscribe("crm_orders_board", onMoved);
        bus.start();
        onWillUnmount(() => {
            bus.unsubscribe("crm_orders_board", onMoved);
            browser.clearTimeout(this.refreshTimer);
            this.isLeft = true;
        });
    }

    refreshSoon() {
        this.refreshTimer ??= browser.setTimeout(
            () => this.refresh(),
            GATHERING + Math.random() * SPREAD
        );
    }

    async refresh() {
        this.refreshTimer = null;
        if (this.isLeft) {
            return;
        }
        const isHeld = this.rootRef.el?.querySelector(".o_dragged");
        if (isHeld || this.model.root.selection?.length) {
            this.refreshSoon();
            return;
        }
        this.model.useSampleModel = false;
        await this.model.load();
    }
}

/**
 * A board without a single column is left blank by Odoo. Ours has none until stages are
 * set up, which is when people most need to read how to do that.
 *
 * The second click of a double click counts for nothing on a card: the first one on
 * "Next" moves the order, and the second would open it or move the one that took its
 * place.
 */
export class OrderBoardRenderer extends KanbanRenderer {
    setup() {
        super.setup();
        useExternalListener(window, "click", this.onAnyClick, { capture: true });
    }

    onAnyClick(ev) {
        const card = ev.target.closest?.(".o_kanban_record");
        if (ev.detail > 1 && card && this.rootRef.el?.contains(card)) {
            ev.stopPropagation();
            ev.preventDefault();
        }
    }

    get showNoContentHelper() {
        const { groups, isGrouped } = this.props.list;
        return super.showNoContentHelper || Boolean(isGrouped && !groups.length);
    }
}

export const orderBoardView = {
    ...kanbanView,
    Controller: OrderBoardController,
    Renderer: OrderBoardRenderer,
};

registry.category("views").add("crm_orders_board", orderBoardView);
