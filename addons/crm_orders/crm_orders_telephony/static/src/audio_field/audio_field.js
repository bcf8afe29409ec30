import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Plays an attachment that is a sound; nothing is loaded before somebody listens. */
export class AudioField extends Component {
    static template = "crm_orders_telephony.AudioField";
    static props = { ...standardFieldProps };

    get url() {
        const value = this.props.record.data[this.props.name];
        return value ? `/web/content/${value.id}` : "";
    }
}

export const audioField = {
    component: AudioField,
    displayName: _t("Sound"),
    supportedTypes: ["many2one"],
};

registry.category("fields").add("crm_orders_audio", audioField);
