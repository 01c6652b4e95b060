/** Builders of the vendor's models: realistic bodies with a value in every field that we store. */

type Fields = Record<string, unknown>;

/** The ISO time `hours` ago, as Commerce Engine writes it. */
export function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

export function address(over: Fields = {}): Fields {
  return {
    first_name: "Asha",
    last_name: "Rao",
    country_code: "+91",
    phone: "9876543210",
    email: "asha@example.com",
    address_line1: "12 MG Road",
    address_line2: null,
    landmark: null,
    city: "Bengaluru",
    state: "Karnataka",
    pincode: "560001",
    country: "India",
    business_name: null,
    tax_identification_number: null,
    ...over,
  };
}

export function item(over: Fields = {}): Fields {
  return {
    product_id: "prd_1",
    product_name: "Cotton shirt",
    product_image_url: "https://img.example/shirt.png",
    sku: "SHIRT-M",
    slug: "cotton-shirt",
    variant_id: "var_1",
    variant_name: "M",
    quantity: 2,
    free_quantity: 0,
    selling_price: 499.95,
    listing_price: 599,
    tax_amount: 76.26,
    seller_id: null,
    ...over,
  };
}

export function orderDetail(number: string, over: Fields = {}): Fields {
  return {
    order_number: number,
    order_date: "2026-11-20T09:30:00Z",
    status: "confirmed",
    subtotal: 999.9,
    total_tax: 152.52,
    shipping_amount: 49.5,
    total_savings: 198.1,
    grand_total: 1201.92,
    to_be_paid: 1201.92,
    currency: { name: "Indian Rupee", code: "INR", symbol: "₹" },
    order_items: [item()],
    order_items_count: 1,
    billing_address: address(),
    shipping_address: address({ first_name: "Office", email: "office@example.com" }),
    customer_note: null,
    coupon_code: null,
    metadata: {},
    ...over,
  };
}

export function payment(request: string, over: Fields = {}): Fields {
  return {
    transaction_type: "payment",
    request_number: request,
    amount: 1201.92,
    payment_date: "2026-11-20T09:31:00Z",
    payment_reference_number: `ref_${request}`,
    payment_method: "UPI",
    upi_id: "asha@upi",
    icon_url: null,
    ...over,
  };
}

export function refund(request: string, over: Fields = {}): Fields {
  return {
    request_number: request,
    refund_amount: 200.1,
    refund_date: "2026-11-22T08:00:00Z",
    payment_mode: "original-payment-mode",
    payment_method: "UPI",
    payment_reference_number: `ref_of_${request}`,
    refund_remarks: "Damaged in transit",
    ...over,
  };
}

export function shipment(reference: string, over: Fields = {}): Fields {
  return {
    reference_number: reference,
    total_weight: 1.5,
    total_boxes: 1,
    shipment_items: [
      { product_id: "prd_1", product_name: "Cotton shirt", sku: "SHIRT-M", quantity: 2 },
    ],
    courier_company_name: "BlueDart",
    awb_no: `awb_${reference}`,
    tracking_url: "https://track.example/1",
    eta_delivery: "2026-11-25T12:00:00Z",
    is_return_allowed: true,
    ...over,
  };
}
