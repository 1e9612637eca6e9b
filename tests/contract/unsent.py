"""What Shopify's inputs could be told and no import tells them, and why. `test_inputs` holds each line to the schema.

A field is `*.name` where the same holds for every input that has it.
"""

from __future__ import annotations

from collections.abc import Mapping

# No part of a record: how a request is to be done, or another way to say what is said.
CONTROL: Mapping[str, str] = {
    "*.redirectNewHandle": "a handle never changes here, and redirects are records of their own",
    "BlogUpdateInput.redirectArticles": "a handle never changes here",
    "MetaobjectCapabilityDefinitionDataOnlineStoreInput.createRedirects": "redirects are records of their own",
    "CompanyCreateInput.companyContact": "contacts are records of their own",
    "CompanyLocationInput.billingSameAsShipping": "both addresses are told",
    "CustomerSetIdentifiers.customId": "found by e-mail address or phone number",
    "FileSetInput.alt": "files are there before what shows them",
    "FileSetInput.contentType": "files are there before what shows them",
    "FileSetInput.duplicateResolutionMode": "files are there before what shows them",
    "FileSetInput.filename": "files are there before what shows them",
    "FileSetInput.originalSource": "files are there before what shows them",
    "FileUpdateInput.referencesToRemove": "what only the target shows stays",
    "ImageInput.id": "brought by its address",
    "InventorySetQuantitiesInput.referenceDocumentUri": "no document stands behind it",
    "MarketConditionsRegionsInput.regionIds": "regions are named by their codes",
    "MarketCreateInput.makeDuplicateUniqueMarketsDraft": "a new market is a draft itself",
    "MetafieldDefinitionConstraintValueUpdateInput.delete": "what only the target has stays",
    "MetaobjectCreateInput.values": "told as fields",
    "MetaobjectFieldDefinitionOperationInput.delete": "what only the target has stays",
    "MetaobjectUpdateInput.values": "told as fields; the whole would clear what the archive does not say",
    "Mutation.articleCreate.blog": "blogs are records of their own",
    "Mutation.metafieldDefinitionPin.identifier": "named by its id",
    "Mutation.metafieldDefinitionUnpin.identifier": "named by its id",
    "Mutation.productSet.identifier": "a handle that exists is refused and never taken over",
    "Mutation.productUpdate.identifier": "named by its id",
    "Mutation.productUpdate.media": "files are there before what shows them",
    "Mutation.productVariantsBulkCreate.media": "files are there before what shows them",
    "Mutation.productVariantsBulkUpdate.allowPartialUpdates": "all or nothing",
    "Mutation.productVariantsBulkUpdate.media": "files are there before what shows them",
    "Mutation.productOptionUpdate.optionValuesToDelete": "what only the target has stays",
    "Mutation.standardMetafieldDefinitionEnable.id": "named by owner type, namespace and key",
    "OptionReorderInput.id": "named by its name",
    "OptionSetInput.id": "a new product's",
    "OptionValueReorderInput.id": "named by its name",
    "OptionValueSetInput.id": "a new product's",
    "OptionValueUpdateInput.name": "of linked values only the link is told",
    "OptionUpdateInput.name": "what an option is known by",
    "ProductUpdateInput.deleteConflictingConstrainedMetafields": "nothing is deleted on the way",
    "ProductVariantSetInput.id": "a new product's",
    "ProductVariantSetInput.sku": "told of its inventory item",
    "ProductVariantsBulkInput.mediaSrc": "files are there before what shows them",
    "ProductVariantsBulkInput.quantityAdjustments": "quantities are records of their own",
    "VariantOptionValueInput.id": "named by its name",
    "VariantOptionValueInput.optionId": "named by its name",
}

# Carried, by another request, or as another record.
ELSEWHERE: Mapping[str, str] = {
    "*.metafields": "metafieldsSet",
    "BlogUpdateInput.handle": "what a record is known by",
    "CompanyContactInput.email": "the customer's, which a contact is made of",
    "CompanyContactInput.firstName": "the customer's, which a contact is made of",
    "CompanyContactInput.lastName": "the customer's, which a contact is made of",
    "CompanyContactInput.phone": "the customer's, which a contact is made of",
    "CompanyLocationUpdateInput.externalId": "what a record is known by",
    "CollectionUpdateInput.handle": "what a record is known by",
    "MarketUpdateInput.handle": "what a record is known by",
    "MetaobjectUpdateInput.handle": "what a record is known by",
    "PageUpdateInput.handle": "what a record is known by",
    "ProductUpdateInput.handle": "what a record is known by",
    "FileUpdateInput.filename": "what a record is known by",
    "Mutation.menuUpdate.handle": "what a record is known by",
    "*.pin": "pins are records of their own, in one order",
    "Mutation.standardMetafieldDefinitionEnable.pin": "pins are records of their own, in one order",
    "CollectionUpdateConditionsSourceInput.title": "a source with another title is another source",
    "CollectionUpdateConditionsSourceInput.description": "a source with another description is another source",
    "CollectionUpdateSourceInclusionInput.matchType": "a source with other conditions is another source",
    "CollectionUpdateSourceInclusionInput.conditionsToCreate": "a source with other conditions is another source",
    "CollectionUpdateSourceInclusionInput.conditionsToUpdate": "a source with other conditions is another source",
    "CollectionUpdateSourceInclusionInput.conditionsToDelete": "a source with other conditions is another source",
    "OptionSetInput.position": "options stand in their order",
    "OptionUpdateInput.position": "productOptionsReorder",
    "ProductSetInput.collections": "collectionCreate and collectionUpdate: selections",
    "ProductUpdateInput.collectionsToJoin": "collectionUpdate: selections",
    "ProductUpdateInput.collectionsToLeave": "collectionUpdate: selections",
    "ProductVariantSetInput.inventoryQuantities": "inventorySetQuantities",
    "ProductVariantsBulkInput.inventoryQuantities": "inventorySetQuantities",
    "ProductVariantSetInput.position": "variants stand in their order",
}

# Told where a store holds more than the seeds do: the test that holds it.
TESTED: Mapping[str, str] = {
    "CollectionUpdateConditionsSourceInput.exclusion": "tests/transfer/test_collections.py",
    "CollectionUpdateInput.sourcesToDelete": "tests/transfer/test_collections.py",
    "CollectionUpdateSourceTargetInput.subCollections": "tests/transfer/test_collections.py",
    "FileUpdateInput.originalSource": "tests/transfer/test_files.py",
    "Mutation.productOptionUpdate.optionValuesToAdd": "tests/transfer/test_targets.py",
}

_SETTINGS = (
    "markets",
    "domains, languages, price adjustments, duties and delivery of a market",
)
_CATALOGS = ("markets", "catalogs and price lists of markets and companies")
_DECIDING = ("markets", "whether a market is active, and the regions and currency of one that the target has")
_OTHERS = ("markets", "markets of company locations, retail locations or channels")

# Not carried, as the registry says: the kind, and what of it. An empty kind: what no archive holds at all.
LEFT: dict[str, tuple[str, str]] = {
    "AuthorInput.userId": ("articles", "authors' staff accounts"),
    "CollectionCreateSourceTargetInput.shareableSource": ("collections", "sources that another app shares"),
    "CustomerEmailMarketingConsentInput.sourceLocationId": ("customers", "where somebody consented"),
    "CustomerSmsMarketingConsentInput.sourceLocationId": ("customers", "where somebody consented"),
    "DiscountContextInput.customerSegments": ("discounts", "discounts for a segment of customers"),
    "FileUpdateInput.previewImageSource": ("files", "the preview pictures of videos and models"),
    "InventoryItemMeasurementInput.shippingPackageId": ("", "Payment, shipping, tax and checkout settings"),
    "MarketConditionsInput.channelsCondition": (
        "markets",
        "markets of company locations, retail locations or channels",
    ),
    "MarketConditionsInput.companyLocationsCondition": _OTHERS,
    "MarketConditionsInput.locationsCondition": (
        "markets",
        "markets of company locations, retail locations or channels",
    ),
    "MetafieldAccessInput.admin": ("metafield_definitions", "other apps' definitions"),
    "MetafieldAccessUpdateInput.admin": ("metafield_definitions", "other apps' definitions"),
    "StandardMetafieldDefinitionAccessInput.admin": ("metafield_definitions", "other apps' definitions"),
    "MetaobjectAccessInput.admin": ("metaobject_definitions", "other apps' types"),
    "ProductSetInput.claimOwnership": ("products", "components of bundles"),
    "ProductSetInput.combinedListingRole": ("products", "which products a joint (combined) listing shows"),
    "*.requiresComponents": ("products", "components of bundles"),
    "*.published": ("products", "on which sales channels a single variant is not shown"),
    "*.taxCode": ("products", "Avalara's tax codes"),
    "ShopLocaleInput.marketWebPresenceIds": ("locales", "the domains and markets of a language"),
    "Mutation.shopLocaleEnable.marketWebPresenceIds": ("locales", "the domains and markets of a language"),
}
LEFT |= {
    "MarketCreateInput.catalogs": _CATALOGS,
    **{f"MarketUpdateInput.{name}": _CATALOGS for name in ("catalogsToAdd", "catalogsToDelete")},
    **{f"MarketCreateInput.{name}": _SETTINGS for name in ("delivery", "discounts", "priceInclusions", "webPresences")},
    **{
        f"MarketUpdateInput.{name}": _SETTINGS
        for name in (
            *("delivery", "discountsToAdd", "discountsToDelete"),
            *("priceInclusions", "removePriceInclusions", "webPresencesToAdd", "webPresencesToDelete"),
        )
    },
    **{
        f"MarketUpdateInput.{name}": _DECIDING
        for name in (
            *("conditions", "currencySettings", "removeCurrencySettings", "status", "makeDuplicateUniqueMarketsDraft"),
        )
    },
    "MarketCurrencySettingsUpdateInput.baseCurrencyManualRate": _SETTINGS,
}
