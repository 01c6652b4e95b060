/** Customers of an Indian shop: a name, one of sixteen towns, addresses in the vendor's model. */
import type { CustomerAddress } from "@commercengine/storefront-sdk";
import type { Random } from "../random.ts";
import { createAccount } from "./particulars.ts";

type Address = NonNullable<CustomerAddress>;

export interface Customer {
  /** The shop's own number for the customer; null for a guest. */
  readonly id: string | null;
  readonly name: string;
  readonly email: string;
  /** Null if the order has only one address. */
  readonly billing: Address | null;
  readonly shipping: Address;
}

const firstNames =
  "Aarav Aditi Ananya Arjun Bhavna Deepak Devika Farhan Gauri Harpreet Imran Ishita Jaya Karthik Kavya Lakshmi Manish Meera Nandini Neha Nikhil Pooja Pranav Priya Rahul Ritu Rohan Sana Sanjay Shreya Sunita Tanvi Varun Vikram Yash Zoya".split(
    " ",
  );
const lastNames =
  "Agarwal Bansal Bhat Chauhan Chopra Das Desai Dutta Fernandes Ghosh Gill Gupta Iyer Jain Joshi Kapoor Khan Kulkarni Malhotra Mehta Menon Mishra Mukherjee Nair Naidu Pandey Patel Pillai Rao Reddy Sharma Shetty Singh Sinha Thomas Verma".split(
    " ",
  );
const towns = [
  { city: "Bengaluru", state: "Karnataka", pin: "5600", areas: ["Indiranagar", "Jayanagar"] },
  { city: "Mysuru", state: "Karnataka", pin: "5700", areas: ["Gokulam", "Kuvempunagar"] },
  { city: "Mumbai", state: "Maharashtra", pin: "4000", areas: ["Andheri West", "Dadar"] },
  { city: "Pune", state: "Maharashtra", pin: "4110", areas: ["Kothrud", "Viman Nagar"] },
  { city: "Delhi", state: "Delhi", pin: "1100", areas: ["Lajpat Nagar", "Karol Bagh"] },
  { city: "Gurugram", state: "Haryana", pin: "1220", areas: ["Sector 56", "DLF Phase 3"] },
  { city: "Chennai", state: "Tamil Nadu", pin: "6000", areas: ["Adyar", "T. Nagar"] },
  { city: "Coimbatore", state: "Tamil Nadu", pin: "6410", areas: ["RS Puram", "Peelamedu"] },
  { city: "Hyderabad", state: "Telangana", pin: "5000", areas: ["Banjara Hills", "Kondapur"] },
  { city: "Kochi", state: "Kerala", pin: "6820", areas: ["Kakkanad", "Fort Kochi"] },
  { city: "Kolkata", state: "West Bengal", pin: "7000", areas: ["Salt Lake", "Ballygunge"] },
  { city: "Ahmedabad", state: "Gujarat", pin: "3800", areas: ["Navrangpura", "Satellite"] },
  { city: "Jaipur", state: "Rajasthan", pin: "3020", areas: ["Malviya Nagar", "C-Scheme"] },
  { city: "Lucknow", state: "Uttar Pradesh", pin: "2260", areas: ["Gomti Nagar", "Aliganj"] },
  { city: "Chandigarh", state: "Chandigarh", pin: "1600", areas: ["Sector 17", "Sector 35"] },
  { city: "Guwahati", state: "Assam", pin: "7810", areas: ["Dispur", "Uzan Bazar"] },
];

function createAddress(random: Random, first: string, last: string, email: string): Address {
  const town = random.pick(towns);
  return {
    first_name: first,
    last_name: last,
    country_code: "+91",
    // India reserves numbers that begin with 140 for telemarketing calls. They are valid, and if a story is ever
    // sent through a real SMS account, no customer's telephone rings.
    phone: `140${random.digits(7)}`,
    email,
    address_line1: `${String(random.integer(1, 240))}, ${random.integer(1, 14)}th Cross`,
    address_line2: random.pick(town.areas),
    landmark: random.chance(0.3) ? "opposite the post office" : null,
    pincode: `${town.pin}${random.digits(2)}`,
    city: town.city,
    state: town.state,
    country: "India",
    tax_identification_number: null,
    business_name: null,
    is_phone_verified: random.chance(0.8),
    is_email_verified: random.chance(0.6),
    nickname: null,
  };
}

export function createCustomer(random: Random): Customer {
  const first = random.pick(firstNames);
  const last = random.pick(lastNames);
  const email = `${first}.${last}${random.digits(3)}@example.com`.toLowerCase();
  const shipping = createAddress(random, first, last, email);
  const elsewhere = random.chance(0.2) ? createAddress(random, first, last, email) : shipping;
  const { id, business } = createAccount(email, last);
  const billing: Address =
    business === null
      ? elsewhere
      : {
          ...elsewhere,
          business_name: business.name,
          tax_identification_number: business.taxId,
        };
  return {
    id,
    name: `${first} ${last}`,
    email,
    billing: random.chance(0.1) ? null : billing,
    shipping,
  };
}
