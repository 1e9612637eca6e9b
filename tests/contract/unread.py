"""What Shopify says of a record and no export reads, and why. `test_fields` holds each line to the schema.

A field is `*.name` where the same holds for every type that has it.
"""

from __future__ import annotations

from collections.abc import Mapping

# The types that tell of a store's goods and pages. What is told of them elsewhere is read through these.
TYPES = (
    *("Product", "ProductOption", "ProductOptionValue", "ProductVariant", "InventoryItem", "InventoryItemMeasurement"),
    *("Collection", "CollectionConditionsSource", "CollectionSubCollectionsSource", "CollectionSourceInclusion"),
    *("CollectionSourceExclusion", "Article", "ArticleAuthor", "Blog", "Page", "Menu", "MenuItem", "UrlRedirect"),
    *("MediaImage", "Video", "Model3d", "ExternalVideo", "GenericFile", "Image", "VideoSource", "Model3dSource"),
)

# Follows from what is read, or is the store's own.
DERIVED: Mapping[str, str] = {
    "*.id": "ids mean nothing in the other store",
    "*.legacyResourceId": "ids mean nothing in the other store",
    "*.createdAt": "when it was made is another moment there",
    "*.defaultCursor": "a place in a page",
    "*.updatedAt": "told beside the records that say so",
    "*.description": "the plain text of descriptionHtml",
    "*.isPublished": "publishedAt says it",
    "*.feedback": "what an app said to the merchant",
    "*.events": "a timeline tells what happened",
    "*.mediaContentType": "the type says it",
    "*.mediaErrors": "a file that failed is told of as a file",
    "*.mediaWarnings": "a file that failed is told of as a file",
    "*.status": "a file's fileStatus says it",
    "*.sources": "what Shopify made of the original",
    "*.format": "of what Shopify made of the original",
    "*.unitPrice": "of price and unitPriceMeasurement",
    "*.displayName": "of the product's title and the variant's",
    "*.availableForSale": "of stock and policy",
    "*.hasVariants": "of the variants",
    "*.swatch": "of the entry that the value is linked to",
    "Blog.tags": "of its articles",
    "Blog.feed": "of an address that only the admin sets",
    "Collection.activeOperations": "what Shopify is at work on",
    "Collection.hasProduct": "of its sources",
    "Collection.subCollectionEligibility": "of its sources",
    "CollectionConditionsSource.products": "of its conditions and selections",
    "ExternalVideo.embedUrl": "of its address",
    "ExternalVideo.host": "of its address",
    "InventoryItem.inventoryHistoryUrl": "a page of the admin",
    "InventoryItem.trackedEditable": "what the admin allows",
    "InventoryItem.sku": "the variant says it",
    "InventoryItem.variants": "it is read with its variant",
    "MediaImage.originalSource": "the bytes that it shows are carried",
    "Menu.isDefault": "its handle says it",
    "Model3d.boundingBox": "of its bytes",
    "Page.bodySummary": "of its body",
    "Product.compareAtPriceRange": "of its variants",
    "Product.contextualPricing": "of its variants",
    "Product.featuredMedia": "the first of its media",
    "Product.hasOnlyDefaultVariant": "of its options",
    "Product.hasOutOfStockVariants": "of its stock",
    "Product.onlineStorePreviewUrl": "of its handle",
    "Product.onlineStoreUrl": "of its handle",
    "Product.priceRangeV2": "of its variants",
    "Product.restrictedForResource": "of an order",
    "Product.totalInventory": "of its stock",
    "Product.tracksInventory": "of its variants",
    "ProductOption.position": "their order says it",
    "ProductOption.values": "optionValues, without those that no variant has",
    "ProductVariant.contextualPricing": "of its price and of markets",
    "ProductVariant.position": "their order says it",
    "ProductVariant.title": "of its option values",
    "Video.duration": "of its bytes",
}

# Read as another record, or in another one.
ELSEWHERE: Mapping[str, str] = {
    "*.translations": "translations are records of their own",
    "*.publishedOnPublication": "publications are records of their own",
    "*.resourcePublications": "publications are records of their own",
    "*.unpublishedPublications": "publications are records of their own",
    "Product.publishedAt": "publications are records of their own",
    "Product.publishedInContext": "publications are records of their own",
    "Blog.articles": "articles are records of their own",
    "Product.collections": "collections name their products",
    "Product.inCollection": "collections name their products",
    "Product.variantsInCollection": "collections name their variants",
    "InventoryItem.inventoryLevel": "quantities are records of their own",
    "ProductVariant.inventoryQuantity": "quantities are records of their own",
    "ProductVariant.sellableOnlineQuantity": "quantities are records of their own",
}

# Not carried, as the registry says: the kind, and what of it. An empty kind: what no archive holds at all.
_BUNDLES = ("products", "components of bundles")
_SHARED = ("collections", "sources that another app shares")
LEFT: Mapping[str, tuple[str, str]] = {
    "*.app": _SHARED,
    "*.preview": ("files", "the preview pictures of videos and models"),
    "*.productParents": _BUNDLES,
    "*.sellingPlanGroups": ("products", "selling plans"),
    "Article.comments": ("articles", "comments"),
    "Product.bundleComponents": _BUNDLES,
    "Product.bundleConsolidatedOptions": _BUNDLES,
    "Product.combinedListing": ("products", "which products a joint (combined) listing shows"),
    "Product.giftCardSettings": ("products", "in which currency a gift card is issued"),
    "Product.productComponents": _BUNDLES,
    "ProductVariant.deliveryProfile": ("", "Payment, shipping, tax and checkout settings"),
    "ProductVariant.productVariantComponents": _BUNDLES,
    "ProductVariant.requiresComponents": _BUNDLES,
}
