/* global SignaturePad */

import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";

/**
 * The customer signs with a finger. It uses the same pad as Odoo's signatures; theirs asks
 * the server for fonts before it can be shown, so it cannot be used without a network.
 */
export class Signature extends Component {
    static template = "crm_orders_work.Signature";
    static props = {
        name: String,
        onSigned: Function,
        onClose: Function,
    };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ name: this.props.name, isEmpty: true });
        useEffect(
            (canvas) => {
                canvas.width = canvas.clientWidth;
                canvas.height = canvas.clientHeight;
                this.pad = new SignaturePad(canvas, {
                    penColor: "#0b1f4d",
                    minWidth: 1.5,
                    maxWidth: 3.5,
                });
                this.pad.addEventListener("endStroke", () => {
                    this.state.isEmpty = this.pad.isEmpty();
                });
            },
            () => [this.canvas.el]
        );
        onWillUnmount(() => this.pad.off());
    }

    clear() {
        this.pad.clear();
        this.state.isEmpty = true;
    }

    sign() {
        this.props.onSigned({
            image: this.pad.toDataURL("image/png").split(",")[1],
            name: this.state.name.trim(),
        });
    }
}
