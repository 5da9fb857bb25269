-- MariaDB dump of a shop system: structure only
/*!40101 SET NAMES utf8mb4 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;

DROP TABLE IF EXISTS `store_website`;
CREATE TABLE `store_website` (
  `website_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the website id',
  `code` varchar(32) DEFAULT NULL COMMENT 'the code',
  `name` varchar(64) DEFAULT NULL COMMENT 'the name',
  `sort_order` smallint(5) unsigned NOT NULL COMMENT 'the sort order',
  `default_group_id` smallint(5) unsigned NOT NULL COMMENT 'the default group id',
  `is_default` smallint(5) unsigned NOT NULL COMMENT 'the is default',
  PRIMARY KEY (`website_id`),
  UNIQUE KEY `STORE_WEBSITE_UNQ` (`code`)
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of store website';

DROP TABLE IF EXISTS `store_group`;
CREATE TABLE `store_group` (
  `group_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the group id',
  `website_id` smallint(5) unsigned NOT NULL COMMENT 'the website id',
  `name` varchar(255) NOT NULL COMMENT 'the name',
  `root_category_id` int(10) unsigned NOT NULL COMMENT 'the root category id',
  `default_store_id` smallint(5) unsigned NOT NULL COMMENT 'the default store id',
  `code` varchar(32) DEFAULT NULL COMMENT 'the code',
  PRIMARY KEY (`group_id`),
  KEY `STORE_GROUP_WEBSITE_ID` (`website_id`),
  CONSTRAINT `FK_STORE_GROUP_WEBSITE_ID` FOREIGN KEY (`website_id`) REFERENCES `store_website` (`website_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of store group';

DROP TABLE IF EXISTS `store`;
CREATE TABLE `store` (
  `store_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the store id',
  `code` varchar(32) DEFAULT NULL COMMENT 'the code',
  `website_id` smallint(5) unsigned NOT NULL COMMENT 'the website id',
  `group_id` smallint(5) unsigned NOT NULL COMMENT 'the group id',
  `name` varchar(255) NOT NULL COMMENT 'the name',
  `sort_order` smallint(5) unsigned NOT NULL COMMENT 'the sort order',
  `is_active` smallint(5) unsigned NOT NULL COMMENT 'the is active',
  PRIMARY KEY (`store_id`),
  UNIQUE KEY `STORE_UNQ` (`code`),
  KEY `STORE_WEBSITE_ID` (`website_id`),
  KEY `STORE_GROUP_ID` (`group_id`),
  CONSTRAINT `FK_STORE_WEBSITE_ID` FOREIGN KEY (`website_id`) REFERENCES `store_website` (`website_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_STORE_GROUP_ID` FOREIGN KEY (`group_id`) REFERENCES `store_group` (`group_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of store';

DROP TABLE IF EXISTS `eav_entity_type`;
CREATE TABLE `eav_entity_type` (
  `entity_type_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity type id',
  `entity_type_code` varchar(50) NOT NULL COMMENT 'the entity type code',
  `entity_model` varchar(255) NOT NULL COMMENT 'the entity model',
  `attribute_model` varchar(255) DEFAULT NULL COMMENT 'the attribute model',
  `entity_table` varchar(255) DEFAULT NULL COMMENT 'the entity table',
  `default_attribute_set_id` smallint(5) unsigned NOT NULL COMMENT 'the default attribute set id',
  PRIMARY KEY (`entity_type_id`)
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of eav entity type';

DROP TABLE IF EXISTS `eav_attribute`;
CREATE TABLE `eav_attribute` (
  `attribute_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the attribute id',
  `entity_type_id` smallint(5) unsigned NOT NULL COMMENT 'the entity type id',
  `attribute_code` varchar(255) NOT NULL COMMENT 'the attribute code',
  `backend_model` varchar(255) DEFAULT NULL COMMENT 'the backend model',
  `backend_type` varchar(8) NOT NULL COMMENT 'the backend type',
  `frontend_input` varchar(50) DEFAULT NULL COMMENT 'the frontend input',
  `frontend_label` varchar(255) DEFAULT NULL COMMENT 'the frontend label',
  `is_required` smallint(5) unsigned NOT NULL COMMENT 'the is required',
  `is_user_defined` smallint(5) unsigned NOT NULL COMMENT 'the is user defined',
  `default_value` text DEFAULT NULL COMMENT 'the default value',
  `is_unique` smallint(5) unsigned NOT NULL COMMENT 'the is unique',
  PRIMARY KEY (`attribute_id`),
  UNIQUE KEY `EAV_ATTRIBUTE_UNQ` (`entity_type_id`,`attribute_code`),
  KEY `EAV_ATTRIBUTE_ENTITY_TYPE_ID` (`entity_type_id`),
  CONSTRAINT `FK_EAV_ATTRIBUTE_ENTITY_TYPE_ID` FOREIGN KEY (`entity_type_id`) REFERENCES `eav_entity_type` (`entity_type_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of eav attribute';

DROP TABLE IF EXISTS `eav_attribute_set`;
CREATE TABLE `eav_attribute_set` (
  `attribute_set_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the attribute set id',
  `entity_type_id` smallint(5) unsigned NOT NULL COMMENT 'the entity type id',
  `attribute_set_name` varchar(255) NOT NULL COMMENT 'the attribute set name',
  `sort_order` smallint(5) unsigned NOT NULL COMMENT 'the sort order',
  PRIMARY KEY (`attribute_set_id`),
  KEY `EAV_ATTRIBUTE_SET_ENTITY_TYPE_ID` (`entity_type_id`),
  CONSTRAINT `FK_EAV_ATTRIBUTE_SET_ENTITY_TYPE_ID` FOREIGN KEY (`entity_type_id`) REFERENCES `eav_entity_type` (`entity_type_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of eav attribute set';

DROP TABLE IF EXISTS `eav_attribute_group`;
CREATE TABLE `eav_attribute_group` (
  `attribute_group_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the attribute group id',
  `attribute_set_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute set id',
  `attribute_group_name` varchar(255) NOT NULL COMMENT 'the attribute group name',
  `sort_order` smallint(5) unsigned NOT NULL COMMENT 'the sort order',
  `default_id` smallint(5) unsigned NOT NULL COMMENT 'the default id',
  PRIMARY KEY (`attribute_group_id`),
  KEY `EAV_ATTRIBUTE_GROUP_ATTRIBUTE_SET_ID` (`attribute_set_id`),
  CONSTRAINT `FK_EAV_ATTRIBUTE_GROUP_ATTRIBUTE_SET_ID` FOREIGN KEY (`attribute_set_id`) REFERENCES `eav_attribute_set` (`attribute_set_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of eav attribute group';

DROP TABLE IF EXISTS `eav_entity_attribute`;
CREATE TABLE `eav_entity_attribute` (
  `entity_attribute_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity attribute id',
  `entity_type_id` smallint(5) unsigned NOT NULL COMMENT 'the entity type id',
  `attribute_set_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute set id',
  `attribute_group_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute group id',
  `attribute_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute id',
  `sort_order` smallint(5) unsigned NOT NULL COMMENT 'the sort order',
  PRIMARY KEY (`entity_attribute_id`),
  KEY `EAV_ENTITY_ATTRIBUTE_ATTRIBUTE_GROUP_ID` (`attribute_group_id`),
  KEY `EAV_ENTITY_ATTRIBUTE_ATTRIBUTE_ID` (`attribute_id`),
  CONSTRAINT `FK_EAV_ENTITY_ATTRIBUTE_ATTRIBUTE_GROUP_ID` FOREIGN KEY (`attribute_group_id`) REFERENCES `eav_attribute_group` (`attribute_group_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_EAV_ENTITY_ATTRIBUTE_ATTRIBUTE_ID` FOREIGN KEY (`attribute_id`) REFERENCES `eav_attribute` (`attribute_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of eav entity attribute';

DROP TABLE IF EXISTS `eav_attribute_option`;
CREATE TABLE `eav_attribute_option` (
  `option_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the option id',
  `attribute_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute id',
  `sort_order` smallint(5) unsigned NOT NULL COMMENT 'the sort order',
  PRIMARY KEY (`option_id`),
  KEY `EAV_ATTRIBUTE_OPTION_ATTRIBUTE_ID` (`attribute_id`),
  CONSTRAINT `FK_EAV_ATTRIBUTE_OPTION_ATTRIBUTE_ID` FOREIGN KEY (`attribute_id`) REFERENCES `eav_attribute` (`attribute_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of eav attribute option';

DROP TABLE IF EXISTS `eav_attribute_option_value`;
CREATE TABLE `eav_attribute_option_value` (
  `value_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the value id',
  `option_id` int(10) unsigned NOT NULL COMMENT 'the option id',
  `store_id` smallint(5) unsigned NOT NULL COMMENT 'the store id',
  `value` varchar(255) DEFAULT NULL COMMENT 'the value',
  PRIMARY KEY (`value_id`),
  KEY `EAV_ATTRIBUTE_OPTION_VALUE_OPTION_ID` (`option_id`),
  KEY `EAV_ATTRIBUTE_OPTION_VALUE_STORE_ID` (`store_id`),
  CONSTRAINT `FK_EAV_ATTRIBUTE_OPTION_VALUE_OPTION_ID` FOREIGN KEY (`option_id`) REFERENCES `eav_attribute_option` (`option_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_EAV_ATTRIBUTE_OPTION_VALUE_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of eav attribute option value';

DROP TABLE IF EXISTS `customer_group`;
CREATE TABLE `customer_group` (
  `customer_group_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the customer group id',
  `customer_group_code` varchar(32) NOT NULL COMMENT 'the customer group code',
  `tax_class_id` int(10) unsigned NOT NULL COMMENT 'the tax class id',
  PRIMARY KEY (`customer_group_id`)
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of customer group';

DROP TABLE IF EXISTS `customer_entity`;
CREATE TABLE `customer_entity` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `website_id` smallint(5) unsigned DEFAULT NULL COMMENT 'the website id',
  `email` varchar(255) DEFAULT NULL COMMENT 'the email',
  `group_id` int(10) unsigned NOT NULL COMMENT 'the group id',
  `increment_id` varchar(50) DEFAULT NULL COMMENT 'the increment id',
  `store_id` smallint(5) unsigned DEFAULT NULL COMMENT 'the store id',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'the updated at',
  `is_active` smallint(5) unsigned NOT NULL COMMENT 'the is active',
  `firstname` varchar(255) DEFAULT NULL COMMENT 'the firstname',
  `lastname` varchar(255) DEFAULT NULL COMMENT 'the lastname',
  `dob` date DEFAULT NULL COMMENT 'the dob',
  `password_hash` varchar(128) DEFAULT NULL COMMENT 'the password hash',
  `gender` smallint(5) unsigned DEFAULT NULL COMMENT 'the gender',
  PRIMARY KEY (`entity_id`),
  UNIQUE KEY `CUSTOMER_ENTITY_UNQ` (`email`,`website_id`),
  KEY `CUSTOMER_ENTITY_WEBSITE_ID` (`website_id`),
  KEY `CUSTOMER_ENTITY_STORE_ID` (`store_id`),
  KEY `CUSTOMER_ENTITY_GROUP_ID` (`group_id`),
  CONSTRAINT `FK_CUSTOMER_ENTITY_WEBSITE_ID` FOREIGN KEY (`website_id`) REFERENCES `store_website` (`website_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CUSTOMER_ENTITY_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CUSTOMER_ENTITY_GROUP_ID` FOREIGN KEY (`group_id`) REFERENCES `customer_group` (`customer_group_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of customer entity';

DROP TABLE IF EXISTS `customer_address_entity`;
CREATE TABLE `customer_address_entity` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `parent_id` int(10) unsigned DEFAULT NULL COMMENT 'the parent id',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'the updated at',
  `is_active` smallint(5) unsigned NOT NULL COMMENT 'the is active',
  `city` varchar(255) NOT NULL COMMENT 'the city',
  `company` varchar(255) DEFAULT NULL COMMENT 'the company',
  `country_id` varchar(255) NOT NULL COMMENT 'the country id',
  `firstname` varchar(255) NOT NULL COMMENT 'the firstname',
  `lastname` varchar(255) NOT NULL COMMENT 'the lastname',
  `postcode` varchar(255) DEFAULT NULL COMMENT 'the postcode',
  `region` varchar(255) DEFAULT NULL COMMENT 'the region',
  `street` text NOT NULL COMMENT 'the street',
  `telephone` varchar(255) NOT NULL COMMENT 'the telephone',
  PRIMARY KEY (`entity_id`),
  KEY `CUSTOMER_ADDRESS_ENTITY_PARENT_ID` (`parent_id`),
  CONSTRAINT `FK_CUSTOMER_ADDRESS_ENTITY_PARENT_ID` FOREIGN KEY (`parent_id`) REFERENCES `customer_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of customer address entity';

DROP TABLE IF EXISTS `catalog_product_entity`;
CREATE TABLE `catalog_product_entity` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `attribute_set_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute set id',
  `type_id` varchar(32) NOT NULL COMMENT 'the type id',
  `sku` varchar(64) NOT NULL COMMENT 'the sku',
  `has_options` smallint(5) unsigned NOT NULL COMMENT 'the has options',
  `required_options` smallint(5) unsigned NOT NULL COMMENT 'the required options',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'the updated at',
  PRIMARY KEY (`entity_id`)
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product entity';

DROP TABLE IF EXISTS `catalog_product_entity_varchar`;
CREATE TABLE `catalog_product_entity_varchar` (
  `value_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the value id',
  `attribute_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute id',
  `store_id` smallint(5) unsigned NOT NULL COMMENT 'the store id',
  `entity_id` int(10) unsigned NOT NULL COMMENT 'the entity id',
  `value` varchar(255) DEFAULT NULL COMMENT 'the value',
  PRIMARY KEY (`value_id`),
  UNIQUE KEY `CATALOG_PRODUCT_ENTITY_VARCHAR_UNQ` (`entity_id`,`attribute_id`,`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_VARCHAR_ATTRIBUTE_ID` (`attribute_id`),
  KEY `CATALOG_PRODUCT_ENTITY_VARCHAR_STORE_ID` (`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_VARCHAR_ENTITY_ID` (`entity_id`),
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_VARCHAR_ATTRIBUTE_ID` FOREIGN KEY (`attribute_id`) REFERENCES `eav_attribute` (`attribute_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_VARCHAR_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_VARCHAR_ENTITY_ID` FOREIGN KEY (`entity_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product entity varchar';

DROP TABLE IF EXISTS `catalog_product_entity_int`;
CREATE TABLE `catalog_product_entity_int` (
  `value_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the value id',
  `attribute_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute id',
  `store_id` smallint(5) unsigned NOT NULL COMMENT 'the store id',
  `entity_id` int(10) unsigned NOT NULL COMMENT 'the entity id',
  `value` int(11) DEFAULT NULL COMMENT 'the value',
  PRIMARY KEY (`value_id`),
  UNIQUE KEY `CATALOG_PRODUCT_ENTITY_INT_UNQ` (`entity_id`,`attribute_id`,`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_INT_ATTRIBUTE_ID` (`attribute_id`),
  KEY `CATALOG_PRODUCT_ENTITY_INT_STORE_ID` (`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_INT_ENTITY_ID` (`entity_id`),
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_INT_ATTRIBUTE_ID` FOREIGN KEY (`attribute_id`) REFERENCES `eav_attribute` (`attribute_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_INT_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_INT_ENTITY_ID` FOREIGN KEY (`entity_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product entity int';

DROP TABLE IF EXISTS `catalog_product_entity_decimal`;
CREATE TABLE `catalog_product_entity_decimal` (
  `value_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the value id',
  `attribute_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute id',
  `store_id` smallint(5) unsigned NOT NULL COMMENT 'the store id',
  `entity_id` int(10) unsigned NOT NULL COMMENT 'the entity id',
  `value` decimal(20,4) DEFAULT NULL COMMENT 'the value',
  PRIMARY KEY (`value_id`),
  UNIQUE KEY `CATALOG_PRODUCT_ENTITY_DECIMAL_UNQ` (`entity_id`,`attribute_id`,`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_DECIMAL_ATTRIBUTE_ID` (`attribute_id`),
  KEY `CATALOG_PRODUCT_ENTITY_DECIMAL_STORE_ID` (`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_DECIMAL_ENTITY_ID` (`entity_id`),
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_DECIMAL_ATTRIBUTE_ID` FOREIGN KEY (`attribute_id`) REFERENCES `eav_attribute` (`attribute_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_DECIMAL_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_DECIMAL_ENTITY_ID` FOREIGN KEY (`entity_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product entity decimal';

DROP TABLE IF EXISTS `catalog_product_entity_text`;
CREATE TABLE `catalog_product_entity_text` (
  `value_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the value id',
  `attribute_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute id',
  `store_id` smallint(5) unsigned NOT NULL COMMENT 'the store id',
  `entity_id` int(10) unsigned NOT NULL COMMENT 'the entity id',
  `value` text DEFAULT NULL COMMENT 'the value',
  PRIMARY KEY (`value_id`),
  UNIQUE KEY `CATALOG_PRODUCT_ENTITY_TEXT_UNQ` (`entity_id`,`attribute_id`,`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_TEXT_ATTRIBUTE_ID` (`attribute_id`),
  KEY `CATALOG_PRODUCT_ENTITY_TEXT_STORE_ID` (`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_TEXT_ENTITY_ID` (`entity_id`),
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_TEXT_ATTRIBUTE_ID` FOREIGN KEY (`attribute_id`) REFERENCES `eav_attribute` (`attribute_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_TEXT_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_TEXT_ENTITY_ID` FOREIGN KEY (`entity_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product entity text';

DROP TABLE IF EXISTS `catalog_product_entity_datetime`;
CREATE TABLE `catalog_product_entity_datetime` (
  `value_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the value id',
  `attribute_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute id',
  `store_id` smallint(5) unsigned NOT NULL COMMENT 'the store id',
  `entity_id` int(10) unsigned NOT NULL COMMENT 'the entity id',
  `value` datetime DEFAULT NULL COMMENT 'the value',
  PRIMARY KEY (`value_id`),
  UNIQUE KEY `CATALOG_PRODUCT_ENTITY_DATETIME_UNQ` (`entity_id`,`attribute_id`,`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_DATETIME_ATTRIBUTE_ID` (`attribute_id`),
  KEY `CATALOG_PRODUCT_ENTITY_DATETIME_STORE_ID` (`store_id`),
  KEY `CATALOG_PRODUCT_ENTITY_DATETIME_ENTITY_ID` (`entity_id`),
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_DATETIME_ATTRIBUTE_ID` FOREIGN KEY (`attribute_id`) REFERENCES `eav_attribute` (`attribute_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_DATETIME_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_ENTITY_DATETIME_ENTITY_ID` FOREIGN KEY (`entity_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product entity datetime';

DROP TABLE IF EXISTS `catalog_product_website`;
CREATE TABLE `catalog_product_website` (
  `product_id` int(10) unsigned NOT NULL COMMENT 'the product id',
  `website_id` smallint(5) unsigned NOT NULL COMMENT 'the website id',
  PRIMARY KEY (`product_id`,`website_id`),
  KEY `CATALOG_PRODUCT_WEBSITE_PRODUCT_ID` (`product_id`),
  KEY `CATALOG_PRODUCT_WEBSITE_WEBSITE_ID` (`website_id`),
  CONSTRAINT `FK_CATALOG_PRODUCT_WEBSITE_PRODUCT_ID` FOREIGN KEY (`product_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_WEBSITE_WEBSITE_ID` FOREIGN KEY (`website_id`) REFERENCES `store_website` (`website_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product website';

DROP TABLE IF EXISTS `catalog_product_link_type`;
CREATE TABLE `catalog_product_link_type` (
  `link_type_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the link type id',
  `code` varchar(32) DEFAULT NULL COMMENT 'the code',
  PRIMARY KEY (`link_type_id`)
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product link type';

DROP TABLE IF EXISTS `catalog_product_link`;
CREATE TABLE `catalog_product_link` (
  `link_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the link id',
  `product_id` int(10) unsigned NOT NULL COMMENT 'the product id',
  `linked_product_id` int(10) unsigned NOT NULL COMMENT 'the linked product id',
  `link_type_id` smallint(5) unsigned NOT NULL COMMENT 'the link type id',
  PRIMARY KEY (`link_id`),
  UNIQUE KEY `CATALOG_PRODUCT_LINK_UNQ` (`link_type_id`,`product_id`,`linked_product_id`),
  KEY `CATALOG_PRODUCT_LINK_PRODUCT_ID` (`product_id`),
  KEY `CATALOG_PRODUCT_LINK_LINKED_PRODUCT_ID` (`linked_product_id`),
  KEY `CATALOG_PRODUCT_LINK_LINK_TYPE_ID` (`link_type_id`),
  CONSTRAINT `FK_CATALOG_PRODUCT_LINK_PRODUCT_ID` FOREIGN KEY (`product_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_LINK_LINKED_PRODUCT_ID` FOREIGN KEY (`linked_product_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_LINK_LINK_TYPE_ID` FOREIGN KEY (`link_type_id`) REFERENCES `catalog_product_link_type` (`link_type_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product link';

DROP TABLE IF EXISTS `catalog_product_relation`;
CREATE TABLE `catalog_product_relation` (
  `parent_id` int(10) unsigned NOT NULL COMMENT 'the parent id',
  `child_id` int(10) unsigned NOT NULL COMMENT 'the child id',
  PRIMARY KEY (`parent_id`,`child_id`),
  KEY `CATALOG_PRODUCT_RELATION_PARENT_ID` (`parent_id`),
  KEY `CATALOG_PRODUCT_RELATION_CHILD_ID` (`child_id`),
  CONSTRAINT `FK_CATALOG_PRODUCT_RELATION_PARENT_ID` FOREIGN KEY (`parent_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_PRODUCT_RELATION_CHILD_ID` FOREIGN KEY (`child_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog product relation';

DROP TABLE IF EXISTS `catalog_category_entity`;
CREATE TABLE `catalog_category_entity` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `attribute_set_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute set id',
  `parent_id` int(10) unsigned NOT NULL COMMENT 'the parent id',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'the updated at',
  `path` varchar(255) NOT NULL COMMENT 'the path',
  `position` int(11) NOT NULL DEFAULT 0 COMMENT 'the position',
  `level` int(11) NOT NULL DEFAULT 0 COMMENT 'the level',
  `children_count` int(11) NOT NULL DEFAULT 0 COMMENT 'the children count',
  PRIMARY KEY (`entity_id`)
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog category entity';

DROP TABLE IF EXISTS `catalog_category_entity_varchar`;
CREATE TABLE `catalog_category_entity_varchar` (
  `value_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the value id',
  `attribute_id` smallint(5) unsigned NOT NULL COMMENT 'the attribute id',
  `store_id` smallint(5) unsigned NOT NULL COMMENT 'the store id',
  `entity_id` int(10) unsigned NOT NULL COMMENT 'the entity id',
  `value` varchar(255) DEFAULT NULL COMMENT 'the value',
  PRIMARY KEY (`value_id`),
  UNIQUE KEY `CATALOG_CATEGORY_ENTITY_VARCHAR_UNQ` (`entity_id`,`attribute_id`,`store_id`),
  KEY `CATALOG_CATEGORY_ENTITY_VARCHAR_ATTRIBUTE_ID` (`attribute_id`),
  KEY `CATALOG_CATEGORY_ENTITY_VARCHAR_STORE_ID` (`store_id`),
  KEY `CATALOG_CATEGORY_ENTITY_VARCHAR_ENTITY_ID` (`entity_id`),
  CONSTRAINT `FK_CATALOG_CATEGORY_ENTITY_VARCHAR_ATTRIBUTE_ID` FOREIGN KEY (`attribute_id`) REFERENCES `eav_attribute` (`attribute_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_CATEGORY_ENTITY_VARCHAR_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_CATEGORY_ENTITY_VARCHAR_ENTITY_ID` FOREIGN KEY (`entity_id`) REFERENCES `catalog_category_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog category entity varchar';

DROP TABLE IF EXISTS `catalog_category_product`;
CREATE TABLE `catalog_category_product` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `category_id` int(10) unsigned NOT NULL COMMENT 'the category id',
  `product_id` int(10) unsigned NOT NULL COMMENT 'the product id',
  `position` int(11) NOT NULL DEFAULT 0 COMMENT 'the position',
  PRIMARY KEY (`entity_id`,`category_id`,`product_id`),
  KEY `CATALOG_CATEGORY_PRODUCT_CATEGORY_ID` (`category_id`),
  KEY `CATALOG_CATEGORY_PRODUCT_PRODUCT_ID` (`product_id`),
  CONSTRAINT `FK_CATALOG_CATEGORY_PRODUCT_CATEGORY_ID` FOREIGN KEY (`category_id`) REFERENCES `catalog_category_entity` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_CATALOG_CATEGORY_PRODUCT_PRODUCT_ID` FOREIGN KEY (`product_id`) REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of catalog category product';

DROP TABLE IF EXISTS `quote`;
CREATE TABLE `quote` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `store_id` smallint(5) unsigned NOT NULL COMMENT 'the store id',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'the updated at',
  `is_active` smallint(5) unsigned NOT NULL COMMENT 'the is active',
  `items_count` int(10) unsigned DEFAULT NULL COMMENT 'the items count',
  `items_qty` decimal(20,4) DEFAULT NULL COMMENT 'the items qty',
  `grand_total` decimal(20,4) DEFAULT NULL COMMENT 'the grand total',
  `quote_currency_code` varchar(255) DEFAULT NULL COMMENT 'the quote currency code',
  `customer_id` int(10) unsigned DEFAULT NULL COMMENT 'the customer id',
  `customer_email` varchar(255) DEFAULT NULL COMMENT 'the customer email',
  `reserved_order_id` varchar(64) DEFAULT NULL COMMENT 'the reserved order id',
  PRIMARY KEY (`entity_id`),
  KEY `QUOTE_STORE_ID` (`store_id`),
  CONSTRAINT `FK_QUOTE_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of quote';

DROP TABLE IF EXISTS `quote_item`;
CREATE TABLE `quote_item` (
  `item_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the item id',
  `quote_id` int(10) unsigned NOT NULL COMMENT 'the quote id',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'the updated at',
  `product_id` int(10) unsigned DEFAULT NULL COMMENT 'the product id',
  `store_id` smallint(5) unsigned DEFAULT NULL COMMENT 'the store id',
  `parent_item_id` int(10) unsigned DEFAULT NULL COMMENT 'the parent item id',
  `sku` varchar(255) DEFAULT NULL COMMENT 'the sku',
  `name` varchar(255) DEFAULT NULL COMMENT 'the name',
  `qty` decimal(20,4) NOT NULL DEFAULT 0.0000 COMMENT 'the qty',
  `price` decimal(20,4) NOT NULL DEFAULT 0.0000 COMMENT 'the price',
  `row_total` decimal(20,4) NOT NULL DEFAULT 0.0000 COMMENT 'the row total',
  PRIMARY KEY (`item_id`),
  KEY `QUOTE_ITEM_PARENT_ITEM_ID` (`parent_item_id`),
  KEY `QUOTE_ITEM_QUOTE_ID` (`quote_id`),
  KEY `QUOTE_ITEM_STORE_ID` (`store_id`),
  CONSTRAINT `FK_QUOTE_ITEM_PARENT_ITEM_ID` FOREIGN KEY (`parent_item_id`) REFERENCES `quote_item` (`item_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_QUOTE_ITEM_QUOTE_ID` FOREIGN KEY (`quote_id`) REFERENCES `quote` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_QUOTE_ITEM_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of quote item';

DROP TABLE IF EXISTS `sales_order`;
CREATE TABLE `sales_order` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `state` varchar(32) DEFAULT NULL COMMENT 'the state',
  `status` varchar(32) DEFAULT NULL COMMENT 'the status',
  `store_id` smallint(5) unsigned DEFAULT NULL COMMENT 'the store id',
  `customer_id` int(10) unsigned DEFAULT NULL COMMENT 'the customer id',
  `grand_total` decimal(20,4) DEFAULT NULL COMMENT 'the grand total',
  `subtotal` decimal(20,4) DEFAULT NULL COMMENT 'the subtotal',
  `shipping_amount` decimal(20,4) DEFAULT NULL COMMENT 'the shipping amount',
  `tax_amount` decimal(20,4) DEFAULT NULL COMMENT 'the tax amount',
  `total_paid` decimal(20,4) DEFAULT NULL COMMENT 'the total paid',
  `quote_id` int(10) unsigned DEFAULT NULL COMMENT 'the quote id',
  `increment_id` varchar(50) DEFAULT NULL COMMENT 'the increment id',
  `customer_email` varchar(128) DEFAULT NULL COMMENT 'the customer email',
  `order_currency_code` varchar(3) DEFAULT NULL COMMENT 'the order currency code',
  `remote_ip` varchar(45) DEFAULT NULL COMMENT 'the remote ip',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'the updated at',
  PRIMARY KEY (`entity_id`),
  UNIQUE KEY `SALES_ORDER_UNQ` (`increment_id`,`store_id`),
  KEY `SALES_ORDER_CUSTOMER_ID` (`customer_id`),
  KEY `SALES_ORDER_STORE_ID` (`store_id`),
  CONSTRAINT `FK_SALES_ORDER_CUSTOMER_ID` FOREIGN KEY (`customer_id`) REFERENCES `customer_entity` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_SALES_ORDER_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of sales order';

DROP TABLE IF EXISTS `sales_order_item`;
CREATE TABLE `sales_order_item` (
  `item_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the item id',
  `order_id` int(10) unsigned NOT NULL COMMENT 'the order id',
  `parent_item_id` int(10) unsigned DEFAULT NULL COMMENT 'the parent item id',
  `store_id` smallint(5) unsigned DEFAULT NULL COMMENT 'the store id',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `product_id` int(10) unsigned DEFAULT NULL COMMENT 'the product id',
  `sku` varchar(255) DEFAULT NULL COMMENT 'the sku',
  `name` varchar(255) DEFAULT NULL COMMENT 'the name',
  `qty_ordered` decimal(20,4) DEFAULT NULL COMMENT 'the qty ordered',
  `price` decimal(20,4) NOT NULL DEFAULT 0.0000 COMMENT 'the price',
  `row_total` decimal(20,4) NOT NULL DEFAULT 0.0000 COMMENT 'the row total',
  PRIMARY KEY (`item_id`),
  KEY `SALES_ORDER_ITEM_ORDER_ID` (`order_id`),
  KEY `SALES_ORDER_ITEM_STORE_ID` (`store_id`),
  CONSTRAINT `FK_SALES_ORDER_ITEM_ORDER_ID` FOREIGN KEY (`order_id`) REFERENCES `sales_order` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_SALES_ORDER_ITEM_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of sales order item';

DROP TABLE IF EXISTS `sales_order_address`;
CREATE TABLE `sales_order_address` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `parent_id` int(10) unsigned DEFAULT NULL COMMENT 'the parent id',
  `address_type` varchar(255) DEFAULT NULL COMMENT 'the address type',
  `firstname` varchar(255) DEFAULT NULL COMMENT 'the firstname',
  `lastname` varchar(255) DEFAULT NULL COMMENT 'the lastname',
  `street` varchar(255) DEFAULT NULL COMMENT 'the street',
  `city` varchar(255) DEFAULT NULL COMMENT 'the city',
  `postcode` varchar(255) DEFAULT NULL COMMENT 'the postcode',
  `country_id` varchar(2) DEFAULT NULL COMMENT 'the country id',
  `telephone` varchar(255) DEFAULT NULL COMMENT 'the telephone',
  `email` varchar(255) DEFAULT NULL COMMENT 'the email',
  PRIMARY KEY (`entity_id`),
  KEY `SALES_ORDER_ADDRESS_PARENT_ID` (`parent_id`),
  CONSTRAINT `FK_SALES_ORDER_ADDRESS_PARENT_ID` FOREIGN KEY (`parent_id`) REFERENCES `sales_order` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of sales order address';

DROP TABLE IF EXISTS `sales_order_payment`;
CREATE TABLE `sales_order_payment` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `parent_id` int(10) unsigned NOT NULL COMMENT 'the parent id',
  `amount_paid` decimal(20,4) DEFAULT NULL COMMENT 'the amount paid',
  `method` varchar(128) DEFAULT NULL COMMENT 'the method',
  `cc_last_4` varchar(100) DEFAULT NULL COMMENT 'the cc last 4',
  PRIMARY KEY (`entity_id`),
  KEY `SALES_ORDER_PAYMENT_PARENT_ID` (`parent_id`),
  CONSTRAINT `FK_SALES_ORDER_PAYMENT_PARENT_ID` FOREIGN KEY (`parent_id`) REFERENCES `sales_order` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of sales order payment';

DROP TABLE IF EXISTS `sales_order_status_history`;
CREATE TABLE `sales_order_status_history` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `parent_id` int(10) unsigned NOT NULL COMMENT 'the parent id',
  `comment` text DEFAULT NULL COMMENT 'the comment',
  `status` varchar(32) DEFAULT NULL COMMENT 'the status',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  PRIMARY KEY (`entity_id`),
  KEY `SALES_ORDER_STATUS_HISTORY_PARENT_ID` (`parent_id`),
  CONSTRAINT `FK_SALES_ORDER_STATUS_HISTORY_PARENT_ID` FOREIGN KEY (`parent_id`) REFERENCES `sales_order` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of sales order status history';

DROP TABLE IF EXISTS `sales_invoice`;
CREATE TABLE `sales_invoice` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `store_id` smallint(5) unsigned DEFAULT NULL COMMENT 'the store id',
  `order_id` int(10) unsigned NOT NULL COMMENT 'the order id',
  `grand_total` decimal(20,4) DEFAULT NULL COMMENT 'the grand total',
  `state` int(11) DEFAULT NULL COMMENT 'the state',
  `increment_id` varchar(50) DEFAULT NULL COMMENT 'the increment id',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'the updated at',
  PRIMARY KEY (`entity_id`),
  KEY `SALES_INVOICE_ORDER_ID` (`order_id`),
  KEY `SALES_INVOICE_STORE_ID` (`store_id`),
  CONSTRAINT `FK_SALES_INVOICE_ORDER_ID` FOREIGN KEY (`order_id`) REFERENCES `sales_order` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_SALES_INVOICE_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of sales invoice';

DROP TABLE IF EXISTS `sales_invoice_item`;
CREATE TABLE `sales_invoice_item` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `parent_id` int(10) unsigned NOT NULL COMMENT 'the parent id',
  `order_item_id` int(11) DEFAULT NULL COMMENT 'the order item id',
  `price` decimal(20,4) DEFAULT NULL COMMENT 'the price',
  `qty` decimal(20,4) DEFAULT NULL COMMENT 'the qty',
  `row_total` decimal(20,4) DEFAULT NULL COMMENT 'the row total',
  PRIMARY KEY (`entity_id`),
  KEY `SALES_INVOICE_ITEM_PARENT_ID` (`parent_id`),
  CONSTRAINT `FK_SALES_INVOICE_ITEM_PARENT_ID` FOREIGN KEY (`parent_id`) REFERENCES `sales_invoice` (`entity_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of sales invoice item';

DROP TABLE IF EXISTS `sales_shipment`;
CREATE TABLE `sales_shipment` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the entity id',
  `store_id` smallint(5) unsigned DEFAULT NULL COMMENT 'the store id',
  `order_id` int(10) unsigned NOT NULL COMMENT 'the order id',
  `total_qty` decimal(20,4) DEFAULT NULL COMMENT 'the total qty',
  `increment_id` varchar(50) DEFAULT NULL COMMENT 'the increment id',
  `created_at` timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'the created at',
  PRIMARY KEY (`entity_id`),
  KEY `SALES_SHIPMENT_ORDER_ID` (`order_id`),
  KEY `SALES_SHIPMENT_STORE_ID` (`store_id`),
  CONSTRAINT `FK_SALES_SHIPMENT_ORDER_ID` FOREIGN KEY (`order_id`) REFERENCES `sales_order` (`entity_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_SALES_SHIPMENT_STORE_ID` FOREIGN KEY (`store_id`) REFERENCES `store` (`store_id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COMMENT='rows of sales shipment';

/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
