import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

/**
 * A board without a single column is left blank by Odoo. Ours has none until stages are
 * set up, which is when people most need to read how to do that.
 */
export class OrderBoardRenderer extends KanbanRenderer {
    get showNoContentHelper() {
        const { groups, isGrouped } = this.props.list;
        return super.showNoContentHelper || Boolean(isGrouped && !groups.length);
    }
}

export const orderBoardView = { ...kanbanView, Renderer: OrderBoardRenderer };

registry.category("views").add("crm_orders_board", orderBoardView);
