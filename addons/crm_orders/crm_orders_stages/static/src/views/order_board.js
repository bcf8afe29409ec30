import { useExternalListener } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

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

export const orderBoardView = { ...kanbanView, Renderer: OrderBoardRenderer };

registry.category("views").add("crm_orders_board", orderBoardView);
