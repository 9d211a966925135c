//! Rows of schema `shop`: customers, products, orders and what belongs to them, with names from many places.

use super::{
    analytics::moment,
    random::Random,
    writer::{datetime, quoted},
};

const DAY: i64 = 86_400;
/// Rows of `customers`.
pub(super) const CUSTOMERS: u64 = 2_000;
/// Rows of `products`.
pub(super) const PRODUCTS: u64 = 300;
/// Rows of `orders`.
pub(super) const ORDERS: u64 = 12_000;

const GIVEN: &[&str] = &[
    "Anna",
    "Björn",
    "Chloé",
    "Dmitri",
    "Eszter",
    "Fatima",
    "Georgios",
    "Hải",
    "İpek",
    "João",
    "Katarzyna",
    "Łukasz",
    "Mei",
    "Noor",
    "Øystein",
    "Priya",
    "Rosa",
    "Şebnem",
    "Tomáš",
    "Wanjiru",
    "太郎",
    "さくら",
    "민준",
    "雅婷",
];
const FAMILY: &[&str] = &[
    "Andersson",
    "Čapek",
    "Dvořák",
    "Fernández",
    "García",
    "Hansen",
    "Ivanova",
    "Kowalska",
    "Lefèvre",
    "Müller",
    "Nguyễn",
    "O'Brien",
    "Ó Súilleabháin",
    "Petrov",
    "Rossi",
    "Sørensen",
    "Tanaka",
    "van der Berg",
    "Yılmaz",
    "王",
    "佐藤",
    "김",
];
const COUNTRIES: &[&str] = &[
    "BR", "CZ", "DE", "DK", "ES", "FR", "GR", "IE", "IN", "JP", "KE", "KR", "NO", "PL", "TR", "TW",
];
const THINGS: &[&str] = &[
    "Notebook",
    "Fountain pen",
    "Ink bottle",
    "Desk lamp",
    "Letter opener",
    "Paper ream",
    "Stapler",
    "Globe",
    "Map of the world",
    "Brass compass",
];
const KINDS: &[&str] = &[
    "small", "large", "blue", "green", "linen", "oak", "walnut", "travel",
];
const NOTES: &[&str] = &[
    "Please ring twice.",
    "Gift 🎁, no price on it please",
    "C/O \"The Old Mill\"\nsecond door",
    "留守の場合は宅配ボックスへ",
    "",
    "100% cotton?",
    "Back\\slash Lane 4",
];

/// All rows, each table with its columns, parents first.
pub(super) fn rows(random: &mut Random, now: i64) -> [(&'static str, Vec<String>); 5] {
    let prices: Vec<u64> = (0..PRODUCTS).map(|_| 150 + random.below(12_000)).collect();
    let customers = (1..=CUSTOMERS)
        .map(|number| customer(random, number, now))
        .collect();
    let products = (1u64..)
        .zip(&prices)
        .map(|(number, &cents)| product(random, number, cents, now))
        .collect();
    let mut times: Vec<i64> = (0..ORDERS)
        .map(|_| moment(random, now - 365 * DAY, now))
        .collect();
    times.sort_unstable();
    let (mut orders, mut items, mut shipments) = (Vec::new(), Vec::new(), Vec::new());
    for (number, at) in (1u64..).zip(times) {
        let order = Order::new(random, &prices, number, at, now);
        items.extend(order.items);
        shipments.extend(order.shipment);
        orders.push(order.row);
    }
    [
        (
            "shop.customers (customer_id, email, full_name, country, newsletter, created_at)",
            customers,
        ),
        (
            "shop.products (product_id, sku, title, price, attributes, discontinued_on)",
            products,
        ),
        (
            "shop.orders (order_id, customer_id, status, placed_at, total, note)",
            orders,
        ),
        (
            "shop.order_items (order_id, line, product_id, quantity, unit_price)",
            items,
        ),
        (
            "shop.shipments (order_id, carrier, tracking_code, shipped_at, delivered_at)",
            shipments,
        ),
    ]
}

fn customer(random: &mut Random, number: u64, now: i64) -> String {
    let name = format!("{} {}", random.pick(GIVEN), random.pick(FAMILY));
    let country = random.pick(COUNTRIES);
    let since = datetime(now - 400 * DAY - random.seconds(900 * DAY));
    let newsletter = u8::from(random.chance(0.3));
    format!(
        "{number},'customer{number}@shop.example',{},'{country}',{newsletter},'{since}'",
        quoted(&name)
    )
}

fn product(random: &mut Random, number: u64, cents: u64, now: i64) -> String {
    let (thing, kind) = (random.pick(THINGS), random.pick(KINDS));
    let weight = 20 + random.below(3_000);
    let attributes =
        format!(r#"{{"finish": "{kind}", "grams": {weight}, "tags": ["desk", "纸"]}}"#);
    let gone = if random.chance(0.06) {
        let day = datetime(now - random.seconds(200 * DAY));
        format!("'{}'", &day[..10])
    } else {
        "NULL".to_owned()
    };
    format!(
        "{number},'SKU-{number:05}',{},{},{},{gone}",
        quoted(&format!("{thing}, {kind}")),
        money(cents),
        quoted(&attributes)
    )
}

struct Order {
    row: String,
    items: Vec<String>,
    shipment: Option<String>,
}

impl Order {
    fn new(random: &mut Random, prices: &[u64], number: u64, at: i64, now: i64) -> Self {
        let mut total = 0;
        let items = (1..=1 + random.below(4))
            .map(|line| {
                let product = random.below(prices.len() as u64);
                let (quantity, cents) = (1 + random.below(3), prices[product as usize]);
                total += quantity * cents;
                format!(
                    "{number},{line},{},{quantity},{}",
                    product + 1,
                    money(cents)
                )
            })
            .collect();
        let age = now - at;
        let status = match random.below(100) {
            _ if age < DAY / 2 => "new",
            _ if age < 2 * DAY => "paid",
            0..4 => "returned",
            _ => "shipped",
        };
        let note = if random.chance(0.15) {
            quoted(random.pick::<&str>(NOTES))
        } else {
            "NULL".to_owned()
        };
        let row = format!(
            "{number},{},'{status}','{}.{:03}',{},{note}",
            1 + random.below(CUSTOMERS),
            datetime(at),
            random.below(1_000),
            money(total)
        );
        let shipment = matches!(status, "shipped" | "returned").then(|| {
            let carrier = random.pick(&["Post", "Kurier Blitz", "ヤマト運輸"]);
            let sent = at + DAY + random.seconds(DAY);
            let there = sent + DAY + random.seconds(4 * DAY);
            let there = if there < now {
                format!("'{}'", datetime(there))
            } else {
                "NULL".to_owned()
            };
            format!(
                "{number},'{carrier}',x'{:016x}','{}',{there}",
                random.bits(),
                datetime(sent)
            )
        });
        Self {
            row,
            items,
            shipment,
        }
    }
}

/// Statements of one order, placed now; and now and then of one that is paid or sent back.
pub(super) fn order_now(random: &mut Random, now: i64) -> Vec<String> {
    let product = 1 + random.below(PRODUCTS);
    let quantity = 1 + random.below(3);
    let mut statements = vec![
        format!(
            "INSERT INTO shop.orders (customer_id, status, placed_at) VALUES ({}, 'new', '{}.{:03}')",
            1 + random.below(CUSTOMERS),
            datetime(now),
            random.below(1_000)
        ),
        "SET @order_id = LAST_INSERT_ID()".to_owned(),
        format!(
            "INSERT INTO shop.order_items (order_id, line, product_id, quantity, unit_price) \
             SELECT @order_id, 1, product_id, {quantity}, price FROM shop.products WHERE product_id = {product}"
        ),
        "UPDATE shop.orders SET total = (SELECT SUM(quantity * unit_price) FROM shop.order_items WHERE order_id = @order_id) \
         WHERE order_id = @order_id"
            .to_owned(),
    ];
    if random.chance(0.3) {
        let order = 1 + random.below(ORDERS);
        statements.push(format!("UPDATE shop.orders SET status = 'returned' WHERE order_id = {order} AND status = 'shipped'"));
        statements
            .push("UPDATE shop.orders SET status = 'paid' WHERE order_id = @order_id".to_owned());
    }
    statements
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_shop() {
        let shop = |seed| rows(&mut Random::new(seed), 1_790_000_000);
        assert_eq!(shop(3), shop(3));
        assert_ne!(shop(3), shop(4));
    }

    #[test]
    fn every_table_has_rows_and_the_counts_are_those_promised() {
        let counts = rows(&mut Random::new(3), 1_790_000_000).map(|(_, rows)| rows.len() as u64);
        assert_eq!(counts[..3], [CUSTOMERS, PRODUCTS, ORDERS]);
        assert!(counts[3] > ORDERS && counts[4] > ORDERS / 2, "{counts:?}");
    }
}
