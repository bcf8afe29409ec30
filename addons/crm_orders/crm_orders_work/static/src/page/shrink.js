const SIDE = 1600;
const QUALITY = 0.8;

/**
 * A photo from the camera as a small JPEG: phones make ten megabytes where one tenth of a
 * megabyte shows as much, and send them over a bad network.
 *
 * @returns {Promise<string>} the picture as Base64
 */
export async function shrink(file) {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas.toDataURL("image/jpeg", QUALITY).split(",")[1];
}
